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
import type { PriceList, PriceListEntry } from '../priceList.ts';
import { packNodes, HEADROOM, type PlacedContainer, type SavingsNode } from './estimateSavings.ts';
import type { Requested } from './removableNodes.ts';
import type { SavingsAction } from './savingsAction.ts';
import { GIB } from '../nodes.ts';
import { ALLOCATABLE_SHARE } from './readPlacement.ts';

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

/** A machine type that would do, and what it costs of the node's own type, 0..1. */
interface SmallerMachine {
  readonly instanceType: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  readonly priceShare: number;
}

/**
 * The cheapest machine type of the node's own family whose room, with a tenth kept free, takes what is requested on the node.
 * Null where none is cheaper; undefined where no list knows the node's own type with its size.
 */
function smallerMachine(
  { instanceType = null, region = null }: Pick<SavingsNode, 'instanceType' | 'region'>,
  requested: Pick<Requested, 'cpuCores' | 'ramBytes'>,
  lists: readonly PriceList[],
): SmallerMachine | null | undefined {
  const family = instanceType === null ? null : machineFamily(instanceType);
  if (instanceType === null || family === null) return undefined;
  for (const list of lists) {
    const own = list.find(instanceType, region);
    if (own === null || own.price === null) continue;
    const ownPrice = own.price;
    const fitting = list.sizes(own).flatMap((entry): readonly SmallerMachine[] => {
      const { vcpus, memoryGiB, price } = entry;
      if (vcpus === null || memoryGiB === null || price === null || price >= ownPrice) return [];
      const isAlike =
        machineFamily(entry.instanceType) === family &&
        (entry.accelerators ?? 0) === (own.accelerators ?? 0);
      const room = ALLOCATABLE_SHARE * (1 - HEADROOM);
      const fits =
        requested.cpuCores <= room * vcpus && requested.ramBytes <= room * memoryGiB * GIB;
      return isAlike && fits ? [toMachine(entry, vcpus, memoryGiB, price / ownPrice)] : [];
    });
    return fitting.toSorted((a, b) => a.priceShare - b.priceShare)[0] ?? null;
  }
  return undefined;
}

function toMachine(
  { instanceType }: PriceListEntry,
  vcpus: number,
  memoryGiB: number,
  priceShare: number,
): SmallerMachine {
  return { instanceType, vcpus, memoryGiB, priceShare };
}

/** Where each cloud's names of machine types have their size; what is left is the family. */
const FAMILIES = [
  // m5.2xlarge → m5
  /^([a-z][\w-]*)\.[\w-]+$/,
  // n2-standard-8, n2-highmem-4 → n2
  /^([a-z]\d+[a-z]*)-[a-z]+-\d+$/,
  // Standard_D8s_v5 → Standard_D, s_v5
  /^(Standard_[A-Z]+)\d+(?:-\d+)?([a-z]*(?:_\w+)?)$/,
];

/** The family of a machine type, of which other sizes have the same processor; null where its name follows no known form. */
export function machineFamily(instanceType: string): string | null {
  for (const form of FAMILIES) {
    const [, ...parts] = form.exec(instanceType) ?? [];
    if (parts.length > 0) return parts.join(' ');
  }
  return null;
}
