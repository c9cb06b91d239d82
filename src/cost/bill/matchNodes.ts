import type { NodeRecord } from '../../history/history.ts';

/** Finds the node that a bill's resource is, or null when it is none of the cluster's. */
export type NodeFinder = (resourceId: string) => string | null;

/**
 * Matches the identifiers of a bill with those of nodes: `i-0abc` or an ARN that ends with it for
 * `aws:///eu-west-1a/i-0abc`, a path that ends as the provider's does for GCP and Azure, or the machine's
 * name where that is the node's. Case does not matter (Azure writes paths both ways).
 */
export function nodeFinder(nodes: readonly NodeRecord[]): NodeFinder {
  const byPath = new Map<string, string>();
  const byLast = new Map<string, string | null>();
  for (const { name, providerId } of nodes) {
    const path = providerId === null ? null : pathOf(providerId);
    if (path !== null) byPath.set(path, name);
    for (const last of new Set([lastOf(path ?? name), name.toLowerCase()])) {
      // Two machines of one name in different zones: a name alone does not tell them apart.
      byLast.set(last, byLast.has(last) && byLast.get(last) !== name ? null : name);
    }
  }
  return (resourceId) => {
    const path = pathOf(resourceId);
    return byPath.get(path) ?? byLast.get(lastOf(path)) ?? null;
  };
}

/** Without scheme and host (`gce://`, `//compute.googleapis.com/`), small. */
function pathOf(id: string): string {
  return id
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^\/\/[^/]+\//, '')
    .replace(/^\/+/, '');
}

function lastOf(path: string): string {
  return path.split(/[/:]/).at(-1) ?? path;
}
