import type { BillDay } from '../../store/bills.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { toNano } from '../../model/money.ts';
import { DAY_MS, floorTo, type TimeMs } from '../../model/time.ts';
import { podOf, type Charge } from './readFocus.ts';

/** What a bill came to, by day. */
export interface CollectedBill {
  readonly days: readonly BillDay[];
  readonly charges: number;
  /** Nodes that the bill named. */
  readonly nodes: number;
}

type Day = ReturnType<typeof emptyDay>;

const CORRECTIONS = new Set(['credit', 'adjustment', 'refund']);

/**
 * Adds a bill's charges up by UTC day and node; a charge over several days is spread by time. Compute for a resource that
 * is a node counts for it. Compute used without naming any resource goes into a pool for the nodes that the bill
 * does not name. Credits, refunds and the unused part of commitments follow the compute of their day in proportion.
 * Volumes, load balancers and traffic are kept by what they are; traffic of a node is traffic. Everything else is in the
 * day's total only, with the reason.
 *
 * @param nodeOfPod where a pod of that UID ran: providers without machines bill pods by name.
 * @param isFiltered the charges were chosen for this cluster, so that volumes and the like are its own.
 */
export async function collectBill(
  charges: AsyncIterable<Charge>,
  nodes: readonly NodeRecord[],
  nodeOfPod: (uid: string) => Promise<string | null>,
  isFiltered = false,
): Promise<CollectedBill> {
  const find = nodeFinder(nodes);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const days = new Map<TimeMs, Day>();
  const named = new Set<string>();
  let count = 0;
  for await (const charge of charges) {
    count += 1;
    const pod = podOf(charge.resourceId);
    const ofPod = pod === null ? undefined : byName.get((await nodeOfPod(pod.uid)) ?? '');
    const matched = ofPod === undefined ? nodesOf(charge, find) : [ofPod];
    const kind = chargeKind(charge);
    for (const { day, share } of daysOf(charge)) {
      const sums = days.get(day) ?? emptyDay();
      days.set(day, sums);
      const cost = charge.cost * share;
      sums.total += cost;
      if (charge.namespace !== null && kind === 'compute')
        sums.namespaces.set(charge.namespace, (sums.namespaces.get(charge.namespace) ?? 0) + cost);
      const parts = kind === 'compute' ? partsOf(matched, day) : [];
      for (const { name, part } of parts) {
        named.add(name);
        sums.nodes.set(name, (sums.nodes.get(name) ?? 0) + cost * part);
      }
      if (parts.length === 0)
        addElsewhere(sums, charge, kind, cost, isFiltered || matched.length > 0);
    }
  }
  const sorted = [...days].sort(([left], [right]) => left - right);
  return {
    days: sorted.map(([day, sums]) => toBillDay(day, sums)),
    charges: count,
    nodes: named.size,
  };
}

function emptyDay() {
  return {
    total: 0,
    pool: 0,
    /** Compute that is no node: credits of compute are for it too. */
    otherCompute: 0,
    /** Credits, refunds and unused commitments that name no machine: they follow what was used. */
    following: 0,
    parts: { storage: 0, network: 0, 'load-balancer': 0 },
    reasons: new Map<string, number>(),
    nodes: new Map<string, number>(),
    namespaces: new Map<string, number>(),
  };
}

function nodesOf(charge: Charge, find: ReturnType<typeof nodeFinder>): readonly NodeRecord[] {
  for (const name of [charge.resourceId, charge.resourceName]) {
    const found = name === null ? [] : find(name);
    if (found.length > 0) return found;
  }
  return [];
}

/** A charge that is for no node. */
function addElsewhere(
  day: Day,
  charge: Charge,
  kind: ChargeKind,
  cost: number,
  isOwn: boolean,
): void {
  const because = (reason: string): void => {
    day.reasons.set(reason, (day.reasons.get(reason) ?? 0) + cost);
  };
  const isCorrection = CORRECTIONS.has(charge.category) || charge.isUnused;
  if (kind === 'compute') {
    if (isCorrection && (charge.resourceId === null || charge.isUnused)) day.following += cost;
    else if (charge.resourceId !== null) {
      day.otherCompute += cost;
      because('machines that are no nodes of this cluster');
    } else if (charge.category === '' || charge.category === 'usage') day.pool += cost;
    else because(`${charge.category} that names no machine`);
    return;
  }
  if (kind === 'tax') return because('tax');
  if (kind === 'other') return because(`service category ${charge.serviceCategory}`);
  if (kind === 'control-plane') return because('the control plane: pricing.fixed adds its fee');
  if (isOwn) day.parts[kind] += cost;
  else because(`${kind} of which the bill does not say whose it is: import with --where`);
}

/** One node has all of a charge; the nodes of a scale set share it by the hours of the day that each was there. */
function partsOf(
  nodes: readonly NodeRecord[],
  day: TimeMs,
): readonly { readonly name: string; readonly part: number }[] {
  const [first, ...others] = nodes;
  if (first === undefined) return [];
  if (others.length === 0) return [{ name: first.name, part: 1 }];
  const hours = nodes.map(({ firstSeen, lastSeen }) =>
    Math.max(0, Math.min(day + DAY_MS, lastSeen) - Math.max(day, firstSeen)),
  );
  const sum = hours.reduce((total, each) => total + each, 0);
  if (sum === 0) return [];
  return nodes.map(({ name }, index) => ({ name, part: (hours[index] ?? 0) / sum }));
}

/** A purchase at one moment is of that moment's day. */
function* daysOf({ start, end }: Charge): Generator<{ day: TimeMs; share: number }> {
  if (start === end) yield { day: floorTo(start, DAY_MS), share: 1 };
  for (let day = floorTo(start, DAY_MS); day < end; day += DAY_MS) {
    const within = Math.min(end, day + DAY_MS) - Math.max(start, day);
    if (within > 0) yield { day, share: within / (end - start) };
  }
}

function toBillDay(day: TimeMs, sums: Day): BillDay {
  const { total, otherCompute, following, parts } = sums;
  const ofNodes = [...sums.nodes.values()].reduce((sum, cost) => sum + cost, 0);
  const used = ofNodes + sums.pool + otherCompute;
  // Without any usage on its day a credit has nothing to follow.
  const factor = used === 0 ? 1 : (used + following) / used;
  const reasons = new Map(sums.reasons);
  if (used === 0 && following !== 0) reasons.set('credits on a day without compute', following);
  if (otherCompute !== 0 && following !== 0)
    reasons.set(
      'credits of machines that are no nodes of this cluster',
      otherCompute * (factor - 1),
    );
  const inNano = (costs: ReadonlyMap<string, number>, by = 1): ReadonlyMap<string, number> =>
    new Map([...costs].map(([key, cost]) => [key, toNano(cost * by)]));
  return {
    day,
    totalNano: toNano(total),
    poolNano: toNano(sums.pool * factor),
    parts: {
      storageNano: toNano(parts.storage),
      networkNano: toNano(parts.network),
      loadBalancerNano: toNano(parts['load-balancer']),
    },
    reasons: inNano(reasons),
    nodes: inNano(sums.nodes, factor),
    namespaces: inNano(sums.namespaces),
  };
}

/** What a charge is for; `other` is nothing that runs in a cluster. */
type ChargeKind =
  'compute' | 'storage' | 'load-balancer' | 'network' | 'control-plane' | 'tax' | 'other';

/**
 * How providers name what a cluster uses, in resource identifiers, resource types and service names. A load balancer is
 * billed as networking, a disk now as storage and now as compute: what names it comes before its category.
 */
const NAMED: readonly (readonly [ChargeKind, RegExp])[] = [
  ['load-balancer', /load[ _-]?balanc|forwarding-?rules?\b/i],
  [
    'control-plane',
    /:eks:[^:]*:\d*:cluster\/|\/clusters\/[^/]+$|managedclusters\/|^ocid1\.cluster\.|cluster management fee/i,
  ],
  [
    'storage',
    /:volume\/|^vol-|^ocid1\.(boot)?volume\.|\/disks\/|microsoft\.compute\/disks|elastic block store|\bebs\b|persistent ?disk|managed disks|block volume|filestore|elastic file system/i,
  ],
];

/** Words of FOCUS's service categories, as they are written or as part of a taxonomy. */
const CATEGORIES: readonly (readonly [ChargeKind, RegExp])[] = [
  ['compute', /\bcompute\b|\bcontainers?\b|\bkubernetes\b/i],
  ['storage', /\bstorage\b/i],
  ['network', /\bnetwork(ing)?\b/i],
];

function chargeKind(charge: Charge): ChargeKind {
  if (charge.category === 'tax') return 'tax';
  const names = [charge.resourceId ?? '', charge.resourceType, charge.serviceName];
  const named = NAMED.find(([, pattern]) => names.some((name) => pattern.test(name)));
  if (named !== undefined) return named[0];
  if (charge.serviceCategory === '') return 'compute';
  return CATEGORIES.find(([, words]) => words.test(charge.serviceCategory))?.[0] ?? 'other';
}

/** Finds the nodes that a bill's resource is: one machine, all machines of a scale set, or none. */
type NodeFinder = (resourceId: string) => readonly NodeRecord[];

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
