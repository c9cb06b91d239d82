import { misses, type DisruptionBudget } from '../../../model/clusterObjects.ts';
import type { CheckResult, PostureCheck } from '../check.ts';
import { NO_OBJECTS, overPods } from '../check.ts';
import { ownValue } from '../../../model/ownValue.ts';

const REPLICATED = new Set(['Deployment', 'StatefulSet', 'Rollout']);

/** Replicas without a PodDisruptionBudget: a drain may end all of them at once. */
export const disruptionBudget: PostureCheck = {
  id: 'disruption-budget-missing',
  title: 'Replicas without a PodDisruptionBudget',
  severity: 'low',
  group: 'availability',
  names: { polaris: ['missingPodDisruptionBudget'] },
  run(input): readonly CheckResult[] {
    const { objects } = input;
    const isReplicated = input.pods.filter(({ workload }) => REPLICATED.has(workload.kind));
    return overPods({ ...input, pods: isReplicated }, ({ namespace, workload, labels }) => {
      if (objects === null || misses(objects, 'poddisruptionbudgets')) return NO_OBJECTS;
      const object = objects.workloads.find(
        (one) =>
          one.namespace === namespace &&
          one.workload.kind === workload.kind &&
          one.workload.name === workload.name,
      );
      if (object === undefined || object.replicas === null)
        return { unknown: 'the number of replicas is not known' };
      if (object.replicas < 2) return null;
      const has = objects.disruptionBudgets.some(
        (budget) => budget.namespace === namespace && selects(budget, labels),
      );
      return has ? null : `has ${object.replicas} replicas and no PodDisruptionBudget`;
    });
  },
};

/** As Kubernetes selects; an empty selector selects every pod. An operator nobody knows selects none. */
function selects(
  { matchLabels, matchExpressions }: DisruptionBudget,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => ownValue(labels, key) === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = ownValue(labels, key);
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      if (operator === 'Exists') return value !== undefined;
      return operator === 'DoesNotExist' && value === undefined;
    })
  );
}
