import type { NodeCost, WindowCosts } from '../model/cost.ts';
import type { DataProblem, PodSample, Snapshot } from '../model/snapshot.ts';
import { nodeNano, sumNano } from '../model/costParts.ts';
import { formatShare, listed } from '../model/text/units.ts';
import type { Amounts } from '../model/podHold.ts';
import { resourceClass } from '../model/devices.ts';
import { roomsOfWishes } from './nodeRoom.ts';
import { nodeFacts } from '../model/nodeFacts.ts';
import { unknownCosts } from './unknownCost.ts';

/** Share of the nodes' cost above which prices that stand in for others are reported. */
const STAND_IN_SHARE = 0.1;

/**
 * Nodes without a price, and nodes whose price is a stand-in, as problems of the window: what
 * runs there is not free, and the report says so by its coverage. Nodes of one kind are one problem: a pool
 * of two hundred is one line missing in a price list.
 */
export function pricingProblems(snapshot: Snapshot, costs: WindowCosts): readonly DataProblem[] {
  const nodesByName = new Map(snapshot.nodes.map((node) => [node.name, node]));
  // Labels are looked up only of the few nodes that there is something to say of.
  const kindIn = (name: string): string => {
    const node = nodesByName.get(name);
    return (node && kindOf(nodeFacts(node))) ?? name;
  };
  const groups = new Map<string, NodeCost[]>();
  for (const cost of costs.nodes) {
    if (cost.price.coverage === 1) continue;
    const subject = kindIn(cost.node);
    groups.set(subject, [...(groups.get(subject) ?? []), cost]);
  }
  const unpriced = [...groups].map(([subject, nodes]) => ({
    code: 'unpriced-node' as const,
    subject,
    text: describe(nodes),
  }));
  return [
    ...unpriced,
    ...standIns(costs, kindIn),
    ...doubtfulPrices(costs),
    ...unknownResources(snapshot),
    ...unsureReservations(snapshot),
    ...unknownCosts(snapshot, costs),
  ];
}

/** Prices that stand in for others, once they make up a share of what the nodes cost. */
function standIns(costs: WindowCosts, kindIn: (node: string) => string): readonly DataProblem[] {
  const stand = costs.nodes.filter(
    ({ price }) => (price.confidence ?? 1) <= 0.5 && price.coverage === 1,
  );
  const spent = sumNano(stand, nodeNano);
  const share = spent / Math.max(1, sumNano(costs.nodes, nodeNano));
  if (share <= STAND_IN_SHARE) return [];
  const named = [...new Set(stand.map(({ node }) => kindIn(node)))];
  const text = `${formatShare(share)} of what the nodes cost rests on prices that stand in for others: ${listed(named)}. ${stand[0]?.price.reason ?? ''} Add them to pricing.nodes or the price list.`;
  return [{ code: 'stand-in-price', subject: 'nodes', text }];
}

/** Prices of an exporter that were not believed. */
function doubtfulPrices(costs: WindowCosts): readonly DataProblem[] {
  const doubted = costs.nodes.filter(({ price }) => price.reason.includes('which cannot be'));
  if (doubted.length === 0) return [];
  const text = `${listed(doubted.map(({ node }) => node))}: ${doubted[0]?.price.reason ?? ''}`;
  return [{ code: 'doubtful-price', subject: 'exporter', text }];
}

/** Hardware whose price nobody can tell from the node's: it would be charged to other pods as CPU and RAM. */
function unknownResources(snapshot: Snapshot): readonly DataProblem[] {
  const nodes = new Map<string, string[]>();
  for (const { name, unknownDevices = [] } of snapshot.nodes)
    for (const resource of unknownDevices)
      nodes.set(resource, [...(nodes.get(resource) ?? []), name]);
  return [...nodes].map(([subject, names]) => {
    const holds = (amounts: Amounts = {}): boolean =>
      Object.keys(amounts).some((name) => resourceClass(name) === subject);
    const pods = snapshot.pods
      .filter(
        ({ containers, claimed }) =>
          holds(claimed) || containers.some(({ devices }) => holds(devices)),
      )
      .map(({ namespace, name }) => `${namespace}/${name}`);
    const held = pods.length === 0 ? '' : ` ${listed(pods)} ask for it.`;
    const text = `Resource ${subject} of ${listed(names)} is not known: its price is charged as CPU and RAM of all pods there.${held} Say in pricing.devices how many units make up one card, or 0 for what costs nothing.`;
    return { code: 'unknown-resource', subject, text };
  });
}

/** Pods of which the sources do not tell exactly what the scheduler holds for them. */
function unsureReservations(snapshot: Snapshot): readonly DataProblem[] {
  const wishes = roomsOfWishes(snapshot);
  const named = (keep: (pod: PodSample) => boolean): readonly string[] =>
    snapshot.pods.filter(keep).map(({ namespace, name }) => `${namespace}/${name}`);
  const problem = (
    subject: string,
    pods: readonly string[],
    why: string,
  ): readonly DataProblem[] =>
    pods.length === 0
      ? []
      : [{ code: 'reservation-unsure', subject, text: `${listed(pods)}: ${why}` }];
  return [
    ...problem(
      'requests larger than the node',
      named(({ uid }) => wishes.has(uid)),
      'requests more than its node has, as after a resize in place that was refused. It is charged what the other pods leave. The Kubernetes API tells what was granted: set workloads.source to auto.',
    ),
    ...problem(
      'order of init containers',
      named(({ hold }) => hold?.isOrderGuessed === true),
      'metrics do not tell in which order init containers and sidecars start, and the reservation depends on it. Sidecars are taken to start first. The Kubernetes API tells: set workloads.source to auto.',
    ),
  ];
}

/** `m9.xlarge in eu-west-1, spot`; null where the labels do not say the type: then the node is named. */
function kindOf(facts: ReturnType<typeof nodeFacts>): string | null {
  if (facts.instanceType === null) return null;
  const where = facts.region === null ? '' : ` in ${facts.region}`;
  return `${facts.instanceType}${where}, ${facts.capacityType}`;
}

function describe(nodes: readonly NodeCost[]): string {
  const who = `${nodes.length === 1 ? 'Node' : 'Nodes'} ${listed(nodes.map(({ node }) => node))}`;
  const { price } = nodes[0] as NodeCost;
  const cure = 'Add it to pricing.nodes or the price list.';
  return price.source === 'none'
    ? `${who}: no price, so what runs there seems to cost nothing. ${price.reason} ${cure}`
    : `${who}: priced by flat rates for want of a better source. ${price.reason} ${cure}`;
}
