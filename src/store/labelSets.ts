import { NAMESPACE_NAME } from '../model/labelSelector.ts';

/** Labels that name one pod or one rollout: they would make a cost key of every pod. */
const PER_POD_LABELS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'pod-template-generation',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/job-completion-index',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'rollouts-pod-template-hash',
]);

const MAX_LABELS = 40;

type Labels = Readonly<Record<string, string>>;

/**
 * The stored form: sorted, without labels that change from pod to pod, at most 40. As in OpenCost a pod has the
 * labels of its namespace where it has none of that name itself.
 */
export function canonicalLabels(labels: Labels, ofNamespace: Labels = {}): string {
  const own = Object.entries(labels).filter(([key]) => !PER_POD_LABELS.has(key));
  // The namespace's name as a label says nothing that costs are not asked by anyway.
  const inherited = Object.entries(ofNamespace).filter(
    ([key]) => key !== NAMESPACE_NAME && !Object.hasOwn(labels, key),
  );
  const kept = [...own.sort(byName), ...inherited.sort(byName)].slice(0, MAX_LABELS);
  return JSON.stringify(Object.fromEntries(kept.sort(byName)));
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}
