import {
  UNATTACHED_KINDS,
  type Allocation,
  type NodeCost,
  type NodePrice,
  type WindowCosts,
} from '../../model/cost.ts';
import { IDLE_COLUMNS, NODE_PARTS } from '../../model/costParts.ts';
import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../model/snapshot.ts';
import { windowHours, type TimeMs } from '../../model/time.ts';
import { NODE, NODE_COLUMNS, USAGE, USAGE_COLUMNS } from '../pages/columns.ts';
import type { PageBuffer } from '../pages/pageBuffer.ts';
import { slotOf, windowsGrain, type Slot } from '../pages/levels.ts';
import { putAllocation, putNetwork, putReasons, putUsage } from '../pages/usageRows.ts';

/** One priced window, as `recordWindows` and `correctWindows` are given it. */
export interface PageWindow {
  readonly snapshot: Snapshot;
  readonly costs: WindowCosts;
  readonly owners?: ReadonlyMap<string, string> | undefined;
}

/** What a pod has from elsewhere: the owner that was resolved for it, and its namespace's labels. */
export interface Inherited {
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface WindowTables {
  readonly usage: PageBuffer;
  readonly nodes: PageBuffer;
  /** Called with the pods whose containers are asked for next. */
  knowPods(pods: readonly PodSample[], inherits: (pod: PodSample) => Inherited): Promise<void>;
  /** Called with the nodes that are asked for next. */
  knowNodes(names: readonly string[]): Promise<void>;
  /** The row of a pod's container as it is in this hour; made or widened when needed. */
  containerId(
    pod: PodSample,
    container: ContainerSample,
    inherits: Inherited,
    hour: TimeMs,
  ): Promise<number>;
  /** The row of cost that belongs to no running container. */
  unattachedId(namespace: string, kind: string, name: string, hour: TimeMs): Promise<number>;
  nodeId(name: string, sample: NodeSample | undefined, hour: TimeMs): Promise<number>;
  priceId(price: NodePrice): Promise<number>;
  reasonId(text: string): Promise<number>;
}

const NANOS = 1e9;

/** The column that unattached cost counts in. */
const UNATTACHED_COLUMN = {
  volume: USAGE.storageNano,
  'load-balancer': USAGE.loadBalancerNano,
  network: USAGE.networkNano,
} as const;

/** Puts a window's rows into the pages of its hour, in place of what was there. */
export async function writeWindow(tables: WindowTables, window: PageWindow): Promise<void> {
  const { snapshot, costs } = window;
  const { start, end } = snapshot.window;
  const slot = slotOf(windowsGrain(end - start), start);
  await tables.usage.clearSlot(slot.bucket, slot.slot);
  await tables.nodes.clearSlot(slot.bucket, slot.slot);
  await writeContainers(tables, window, slot);
  await writeUnattached(tables, costs, slot);
  await writeNodes(tables, snapshot, costs, slot);
}

async function writeContainers(tables: WindowTables, window: PageWindow, at: Slot): Promise<void> {
  const hours = windowHours(window.snapshot.window);
  const reasonId = async (text: string | null) =>
    text === null ? null : await tables.reasonId(text);
  const allocationOf = allocationFinder(window.costs.allocations);
  const inheritedBy = (pod: PodSample): Inherited => ({
    owner: window.owners?.get(pod.uid) ?? '',
    labels: window.snapshot.namespaces.get(pod.namespace)?.labels ?? {},
  });
  await tables.knowPods(window.snapshot.pods, inheritedBy);
  for (const pod of window.snapshot.pods) {
    const inherits = inheritedBy(pod);
    let first = true;
    for (const container of pod.containers) {
      const id = await tables.containerId(pod, container, inherits, at.bucket);
      const { values, offset } = tables.usage.slot(at.bucket, id, at.slot);
      putUsage(values, offset, pod, container);
      if (first) putNetwork(values, offset, pod);
      first = false;
      const { lastTerminatedReason: terminated, waitingReason: waiting } = container;
      putReasons(values, offset, await reasonId(terminated), await reasonId(waiting));
      putAllocation(values, offset, allocationOf(pod, container), hours);
    }
  }
}

/** Allocations come in the order of the snapshot, as a rule; where not, they are looked up. */
function allocationFinder(
  allocations: readonly Allocation[],
): (pod: PodSample, container: ContainerSample) => Allocation | undefined {
  let next = 0;
  let byKey: Map<string, Allocation> | null = null;
  const keyOf = (pod: PodSample, container: ContainerSample) => `${pod.uid}\0${container.name}`;
  return (pod, container) => {
    const expected = allocations[next];
    if (expected?.pod.uid === pod.uid && expected.container.name === container.name) {
      next += 1;
      return expected;
    }
    byKey ??= new Map(allocations.map((each) => [keyOf(each.pod, each.container), each]));
    return byKey.get(keyOf(pod, container));
  };
}

async function writeUnattached(tables: WindowTables, costs: WindowCosts, at: Slot): Promise<void> {
  for (const cost of costs.unattached) {
    const kind = UNATTACHED_KINDS[cost.kind];
    const id = await tables.unattachedId(cost.namespace, kind, cost.name, at.bucket);
    const { values, offset } = tables.usage.slot(at.bucket, id, at.slot);
    for (const [index, { nullable }] of USAGE_COLUMNS.entries()) {
      values[offset + index] = nullable ? Number.NaN : 0;
    }
    values[offset + UNATTACHED_COLUMN[cost.kind]] = cost.nano;
    // No sample of a container could show it.
    values[offset + USAGE.coverage] = 1e4;
    values[offset + USAGE.storageBytes] = Math.round(cost.bytes ?? 0);
    values[offset + USAGE.networkZoneNano] = cost.zoneNano ?? 0;
    values[offset + USAGE.networkRegionNano] = cost.regionNano ?? 0;
  }
}

async function writeNodes(
  tables: WindowTables,
  snapshot: Snapshot,
  costs: WindowCosts,
  at: Slot,
): Promise<void> {
  const samples = new Map(snapshot.nodes.map((node) => [node.name, node]));
  const hours = windowHours(snapshot.window);
  await tables.knowNodes(costs.nodes.map(({ node }) => node));
  for (const node of costs.nodes) {
    const id = await tables.nodeId(node.node, samples.get(node.node), at.bucket);
    const { values, offset } = tables.nodes.slot(at.bucket, id, at.slot);
    values.set(nodeValues(node, hours, await tables.priceId(node.price)), offset);
  }
}

function nodeValues(node: NodeCost, windowHours: number, price: number): Float64Array {
  const values = new Float64Array(NODE_COLUMNS.length);
  const up = node.hours / windowHours;
  values[NODE.cpuCores] = Math.round(node.cpuCores * up * NANOS);
  values[NODE.ramBytes] = Math.round(node.ramBytes * up);
  values[NODE.gpus] = Math.round(node.gpus * up * NANOS);
  values[NODE.up] = Math.round(up * NANOS);
  for (const part of [...NODE_PARTS, ...IDLE_COLUMNS]) values[NODE[part]] = node[part];
  values[NODE.price] = price;
  return values;
}
