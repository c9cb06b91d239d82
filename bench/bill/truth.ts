import { hoursOf, reserve, sum, type BenchNode, type BenchPod, type BillWorld } from './world.ts';

/** How a machine's price is told between cores, memory and cards (OpenCost specification): units of cost for one each. */
const WEIGHTS = { cores: 0.031611, gib: 0.004237, cards: 0.95 };

/**
 * What each namespace owes of the day's bill: of a machine the part of cores, memory and cards that its pods hold or use,
 * whichever is more, minute by minute; of pods that are billed by themselves what they are billed; of volumes, load
 * balancers and traffic by size and amount. What no pod holds is idle, and no namespace's.
 */
export function truthOf(world: BillWorld): ReadonlyMap<string, number> {
  const owed = new Map<string, number>();
  const owe = (namespace: string, cost: number): void => {
    owed.set(namespace, (owed.get(namespace) ?? 0) + cost);
  };
  const { bill, pods, volumes = [], balancers = [] } = world;
  for (const node of world.nodes) {
    const billed = bill.nodes.get(node.name);
    if (billed === undefined) continue;
    const capacity =
      node.cores * WEIGHTS.cores +
      node.gib * WEIGHTS.gib +
      (node.cards?.count ?? 0) * WEIGHTS.cards;
    const unit = billed / (capacity * hoursOf(node.up));
    for (const pod of pods.filter((one) => one.node === node.name))
      owe(pod.namespace, unit * holdOf(pod, node) * hoursOf(pod.held));
  }
  for (const pod of pods) owe(pod.namespace, bill.pods.get(pod.name) ?? 0);
  const gib = sum(volumes.map((volume) => volume.gib));
  for (const volume of volumes) owe(volume.namespace, (bill.storage * volume.gib) / gib);
  for (const namespace of balancers) owe(namespace, bill.balancers / balancers.length);
  const egress = (pod: BenchPod): number => (pod.egressGiB ?? 0) * hoursOf(pod.held);
  const sent = sum(pods.map(egress));
  for (const pod of pods) if (sent > 0) owe(pod.namespace, (bill.traffic * egress(pod)) / sent);
  return owed;
}

function holdOf(pod: BenchPod, node: BenchNode): number {
  const { cores, gib, pages, units } = reserve(pod);
  const used = (index: 0 | 1): number => sum(pod.containers.map((one) => one.used[index]));
  // A container that uses more than it asked for does not take it from its neighbours' requests.
  const beyond = (index: 0 | 1): number =>
    pod.podLevel !== undefined
      ? Math.max(0, used(index) - (index === 0 ? pod.podLevel.cores : pod.podLevel.gib))
      : sum(
          pod.containers.map((one) =>
            one.role === 'init'
              ? 0
              : Math.max(0, one.used[index] - (index === 0 ? one.cores : one.gib)),
          ),
        );
  const cards = node.cards === undefined ? 0 : (units * node.cards.count) / node.cards.units;
  return (
    (cores + beyond(0)) * WEIGHTS.cores +
    (gib + beyond(1) + pages) * WEIGHTS.gib +
    cards * WEIGHTS.cards
  );
}
