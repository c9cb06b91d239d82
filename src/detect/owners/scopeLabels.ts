import type { OwnersConfig } from './config.ts';
import type { Scope } from '../../model/finding.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { workloadKey } from '../../model/workload.ts';

const LABEL = 'label:';
const ANNOTATION = 'annotation:';

/** True for what a route matches of the labels and annotations that a workload says of itself. */
export function isMetadata(key: string): boolean {
  return key.startsWith(LABEL) || key.startsWith(ANNOTATION);
}

/** The labels and annotations by which `owners.routes` choose: `KEY` for a label, `annotation:KEY`. */
export function routedLabels({ owners }: { readonly owners: OwnersConfig }): readonly string[] {
  const names = owners.routes.flatMap(({ match }) => Object.keys(match));
  return [...new Set(names)]
    .filter(isMetadata)
    .map((name) => (name.startsWith(LABEL) ? name.slice(LABEL.length) : name));
}

/**
 * Those of `names` that a scope carries: its workload, else a pod of it, else its namespace. Whoever may
 * deploy sets them, so that nothing that abuse must not choose may follow them.
 */
export function scopeLabels(
  { namespace, workload }: Scope,
  snapshot: Snapshot,
  names: readonly string[],
): Readonly<Record<string, string>> {
  if (namespace === null || names.length === 0) return {};
  const key = workload === null ? null : workloadKey(namespace, workload);
  const pod =
    key === null
      ? undefined
      : snapshot.pods.find(
          (one) => one.namespace === namespace && workloadKey(namespace, one.workload) === key,
        );
  const carriers = [
    key === null ? undefined : snapshot.workloads?.get(key),
    pod,
    snapshot.namespaces.get(namespace),
  ];
  const labels: Record<string, string> = {};
  for (const name of names) {
    const value = carriers
      .map((one) =>
        name.startsWith(ANNOTATION)
          ? one?.annotations[name.slice(ANNOTATION.length)]
          : one?.labels[name],
      )
      .find((one) => one !== undefined);
    if (value !== undefined) labels[name] = value;
  }
  return labels;
}
