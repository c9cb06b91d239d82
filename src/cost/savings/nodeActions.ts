import { HOURS_PER_MONTH } from '../../model/time.ts';
import { shellQuote } from '../../model/text/escape.ts';
import { nodeLabel } from '../../model/nodeFacts.ts';
import {
  formatBytes,
  formatCores,
  formatNumber,
  formatShare,
  listed,
  plural,
} from '../../model/text/units.ts';
import type { PriceList } from '../priceList.ts';
import { packNodes, type PlacedContainer, type SavingsNode } from './estimateSavings.ts';
import type { Requested } from './removableNodes.ts';
import { smallerMachine, type SmallerMachine } from './smallerMachine.ts';
import type { SavingsAction } from './savingsAction.ts';

/** Machines of one family cost in proportion to their size: half of one costs half. */
const HALF = 0.5;
/** Smaller machines are hardly sold, and what every node runs would fill them. */
const LEAST_CORES = 4;

/**
 * Nodes that are not needed for what is requested today, and nodes for which a smaller machine would do once those are gone.
 * Both by packing requests alone: affinities, taints, disruption budgets and local volumes are not known here.
 *
 * @param kubectl `kubectl`, with the context that commands name.
 * @param lists where machine types are looked up with their sizes; of a type that none has, half of it may do.
 */
export function nodeActions(
  nodes: readonly SavingsNode[],
  containers: readonly PlacedContainer[],
  kubectl: string,
  lists: readonly PriceList[],
): readonly SavingsAction[] {
  const { removed, staying } = packNodes(nodes, containers);
  return nodes.flatMap((node): readonly SavingsAction[] => {
    const monthly = node.hourly * HOURS_PER_MONTH;
    const about = { subject: `Node/${node.name}`, namespace: null, workload: null };
    const pods = removed.get(node.name);
    if (pods !== undefined) {
      const why =
        pods.length === 0
          ? 'Runs nothing but DaemonSets and static pods'
          : `Its pods fit on ${listed(pods)} by their requests, with a tenth of each node free`;
      const commands = [drain(node.name, kubectl)];
      return [{ ...about, kind: 'idle-node', savingPerMonth: monthly, why, commands }];
    }
    const requested = staying.get(node.name);
    if (requested === undefined || node.isControlPlane === true) return [];
    const smaller = smallerMachine(node, requested, lists);
    if (smaller === undefined) {
      if (requested.share > HALF || node.allocatableCpuCores < LEAST_CORES) return [];
      const machine = node.instanceType ?? 'a machine';
      const why = `${formatShare(requested.share)} of it would be taken by requests, with a tenth kept free: half of ${machine} would do`;
      const commands = [drain(node.name, kubectl)];
      return [
        { ...about, kind: 'oversized-node', savingPerMonth: monthly * (1 - HALF), why, commands },
      ];
    }
    if (smaller === null) return [];
    return [
      {
        ...about,
        kind: 'oversized-node',
        savingPerMonth: monthly * (1 - smaller.priceShare),
        why: whySmaller(node, smaller, requested),
        commands: [...newPool(node, smaller.instanceType), drain(node.name, kubectl)],
      },
    ];
  });
}

function whySmaller(
  { instanceType }: SavingsNode,
  smaller: SmallerMachine,
  { cpuCores, ramBytes, pods }: Requested,
): string {
  const size = `${formatCores(smaller.vcpus)}, ${formatNumber(smaller.memoryGiB)} GiB`;
  const asked = `${plural(pods, 'pod')} would request ${formatCores(cpuCores)} and ${formatBytes(ramBytes)}`;
  return `${smaller.instanceType} (${size}) would do in place of ${instanceType ?? ''}: ${asked} of it, with a tenth kept free`;
}

/** How each cloud adds nodes of another type; `CLUSTER` and `GROUP` are for the reader to fill in. */
const NEW_POOLS: readonly (readonly [
  label: string,
  command: (pool: string, type: string) => string,
])[] = [
  [
    'eks.amazonaws.com/nodegroup',
    (name, type) =>
      `eksctl create nodegroup --cluster CLUSTER --name ${name} --node-type ${type} --nodes 1`,
  ],
  [
    'cloud.google.com/gke-nodepool',
    (name, type) =>
      `gcloud container node-pools create ${name} --cluster CLUSTER --machine-type ${type} --num-nodes 1`,
  ],
  [
    'kubernetes.azure.com/agentpool',
    (name, type) =>
      // Names of agent pools have at most twelve letters and digits.
      `az aks nodepool add --resource-group GROUP --cluster-name CLUSTER --name ${name.replaceAll(/[^a-z0-9]/g, '').slice(0, 12)} --node-vm-size ${type} --node-count 1`,
  ],
];

/** What adds a smaller machine beside the node; nothing where the cluster's autoscaler picks types itself (Karpenter). */
function newPool({ labels = {} }: SavingsNode, type: string): readonly string[] {
  for (const [label, command] of NEW_POOLS) {
    const pool = nodeLabel(labels, label);
    if (pool !== undefined) return [command(shellQuote(`${pool}-small`), shellQuote(type))];
  }
  return [];
}

/** What takes the pods away; the machine is removed in its pool (or by the cluster's autoscaler). */
function drain(node: string, kubectl: string): string {
  return `${kubectl} drain ${shellQuote(node)} --ignore-daemonsets --delete-emptydir-data`;
}
