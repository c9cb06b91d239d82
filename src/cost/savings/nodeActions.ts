import { HOURS_PER_MONTH } from '../../model/time.ts';
import { shellQuote } from '../../model/text/escape.ts';
import { formatShare } from '../../model/text/units.ts';
import { packNodes, type PlacedContainer, type SavingsNode } from './estimateSavings.ts';
import type { SavingsAction } from './savingsAction.ts';

/** Machines of one family cost in proportion to their size: half of one costs half. */
const HALF = 0.5;
/** Smaller machines are hardly sold, and what every node runs would fill them. */
const LEAST_CORES = 4;

/**
 * Nodes that are not needed for what is requested today, and nodes of which half would do once those are gone. Both by
 * packing requests alone: affinities, taints, disruption budgets and local volumes are not known here.
 *
 * @param kubectl `kubectl`, with the context that commands name.
 */
export function nodeActions(
  nodes: readonly SavingsNode[],
  containers: readonly PlacedContainer[],
  kubectl: string,
): readonly SavingsAction[] {
  const { removed, usedShare } = packNodes(nodes, containers);
  return nodes.flatMap((node): readonly SavingsAction[] => {
    const monthly = node.hourly * HOURS_PER_MONTH;
    const about = {
      subject: `Node/${node.name}`,
      namespace: null,
      workload: null,
      commands: drain(node.name, kubectl),
    };
    const pods = removed.get(node.name);
    if (pods !== undefined) {
      const why =
        pods.length === 0
          ? 'Runs nothing but DaemonSets and static pods'
          : `Its pods fit on ${listed(pods)} by their requests, with a tenth of each node free`;
      return [{ ...about, kind: 'idle-node', savingPerMonth: monthly, why }];
    }
    const share = usedShare.get(node.name) ?? 1;
    const isLarge = node.allocatableCpuCores >= LEAST_CORES && node.isControlPlane !== true;
    if (share > HALF || !isLarge) return [];
    const machine = node.instanceType ?? 'a machine';
    const why = `${formatShare(share)} of it would be taken by requests, with a tenth kept free: half of ${machine} would do`;
    return [{ ...about, kind: 'oversized-node', savingPerMonth: monthly * (1 - HALF), why }];
  });
}

/** Nodes that are named. */
const NAMED = 3;

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What takes the pods away; the machine is removed in its pool (or by the cluster's autoscaler). */
function drain(node: string, kubectl: string): readonly string[] {
  return [`${kubectl} drain ${shellQuote(node)} --ignore-daemonsets --delete-emptydir-data`];
}
