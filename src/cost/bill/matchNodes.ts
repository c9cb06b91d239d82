import type { NodeRecord } from '../../store/workloads.ts';

/** Finds the nodes that a bill's resource is: one machine, all machines of a scale set, or none. */
export type NodeFinder = (resourceId: string) => readonly NodeRecord[];

/**
 * Matches the identifiers of a bill with those of nodes: `i-0abc` or an ARN that ends with it for
 * `aws:///eu-west-1a/i-0abc`, a path that ends as the provider's does for GCP and Azure, or the machine's
 * name where that is the node's. Azure bills a scale set as a whole: it is all of its nodes. Case does not
 * matter (Azure writes paths both ways).
 */
export function nodeFinder(nodes: readonly NodeRecord[]): NodeFinder {
  const byPath = new Map<string, NodeRecord[]>();
  const byLast = new Map<string, NodeRecord[]>();
  for (const node of nodes) {
    const path = node.providerId === null ? null : pathOf(node.providerId);
    const set = path === null ? null : scaleSetOf(path);
    for (const key of [path, set]) if (key !== null) put(byPath, key, node);
    const names = new Set([lastOf(path ?? node.name), node.name.toLowerCase()]);
    // The machines of scale sets are numbered: `3` is no name.
    for (const name of names) if (!/^\d+$/.test(name)) put(byLast, name, node);
  }
  return (resourceId) => {
    const path = pathOf(resourceId);
    const exact = byPath.get(path);
    if (exact !== undefined) return exact;
    const named = byLast.get(lastOf(path)) ?? [];
    // Two machines of one name, in different zones: the name alone does not tell them apart.
    return named.length === 1 ? named : [];
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

/** `…/virtualMachineScaleSets/NAME` of `…/virtualMachineScaleSets/NAME/virtualMachines/3`. */
function scaleSetOf(path: string): string | null {
  return /^(.*\/virtualmachinescalesets\/[^/]+)\/virtualmachines\/[^/]+$/.exec(path)?.[1] ?? null;
}

function lastOf(path: string): string {
  return path.split(/[/:]/).at(-1) ?? path;
}

function put(map: Map<string, NodeRecord[]>, key: string, node: NodeRecord): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [node]);
  else known.push(node);
}
