import { misses, workloadIn } from '../../../model/clusterObjects.ts';
import { selects } from '../../../model/labelSelector.ts';
import { NO_OBJECTS, overImages, overPods, type PostureCheck } from '../check.ts';

const REPLICATED = new Set(['Deployment', 'StatefulSet', 'Rollout']);

/** Availability and images of workloads. */
export const WORKLOAD_CHECKS: readonly PostureCheck[] = [
  {
    id: 'disruption-budget-missing',
    title: 'Replicas without a PodDisruptionBudget',
    severity: 'low',
    group: 'availability',
    names: { polaris: ['missingPodDisruptionBudget'], popeye: ['206'] },
    // A drain may end all replicas at once.
    run(input) {
      const { objects } = input;
      const isReplicated = input.pods.filter(({ workload }) => REPLICATED.has(workload.kind));
      return overPods({ ...input, pods: isReplicated }, ({ namespace, workload, labels }) => {
        if (objects === null || misses(objects, 'poddisruptionbudgets')) return NO_OBJECTS;
        const object = workloadIn(objects, namespace, workload);
        if (object === undefined || object.replicas === null)
          return { unknown: 'the number of replicas is not known' };
        if (object.replicas < 2) return null;
        const has = objects.disruptionBudgets.some(
          (budget) =>
            budget.namespace === namespace && !budget.selectsNone && selects(budget, labels),
        );
        return has ? null : `has ${object.replicas} replicas and no PodDisruptionBudget`;
      });
    },
  },
  {
    id: 'image-unpinned',
    title: 'Image latest or without a tag',
    severity: 'medium',
    group: 'images',
    names: {
      kubescape: ['C-0075'],
      polaris: ['tagNotSpecified'],
      kubeLinter: ['latest-tag'],
      popeye: ['100', '101'],
      nsa: 'Supply chain',
    },
    // Nobody knows what runs after the next restart.
    run: overImages((image) => {
      if (image.includes('@sha256:')) return null;
      // A colon before the last slash is a registry's port.
      const tag = /:([^:/]+)$/.exec(image)?.[1];
      if (tag === undefined) return 'its image has no tag';
      return tag === 'latest' ? 'its image is tagged latest' : null;
    }),
  },
];
