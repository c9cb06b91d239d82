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

/** The stored form: sorted, without labels that change from pod to pod, at most 40. */
export function canonicalLabels(labels: Readonly<Record<string, string>>): string {
  const kept = Object.entries(labels).filter(([key]) => !PER_POD_LABELS.has(key));
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(kept.slice(0, MAX_LABELS)));
}
