import type { NodeCost, WindowCosts } from '../model/cost.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { nodeFacts } from '../model/nodeFacts.ts';

/** Names that a sentence lists before it says how many more there are. */
const NAMED = 3;

/**
 * Nodes without a price, and nodes whose price is a stand-in, as problems of the window: what
 * runs there is not free, and the report says so by its coverage. Nodes of one kind are one problem: a pool
 * of two hundred is one line missing in a price list.
 */
export function pricingProblems(snapshot: Snapshot, costs: WindowCosts): readonly DataProblem[] {
  const kinds = new Map(snapshot.nodes.map((node) => [node.name, kindOf(nodeFacts(node))]));
  const groups = new Map<string, NodeCost[]>();
  for (const cost of costs.nodes) {
    if (cost.price.coverage === 1) continue;
    const subject = kinds.get(cost.node) ?? cost.node;
    groups.set(subject, [...(groups.get(subject) ?? []), cost]);
  }
  return [...groups].map(([subject, nodes]) => ({
    code: 'unpriced-node',
    subject,
    text: describe(nodes),
  }));
}

/** `m9.xlarge in eu-west-1, spot`; null where the labels do not say the type: then the node is named. */
function kindOf(facts: ReturnType<typeof nodeFacts>): string | null {
  if (facts.instanceType === null) return null;
  const where = facts.region === null ? '' : ` in ${facts.region}`;
  return `${facts.instanceType}${where}, ${facts.capacityType}`;
}

function describe(nodes: readonly NodeCost[]): string {
  const names = nodes.slice(0, NAMED).map(({ node }) => node);
  const more = nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : '';
  const who = `${nodes.length === 1 ? 'Node' : 'Nodes'} ${names.join(', ')}${more}`;
  const { price } = nodes[0] as NodeCost;
  const cure = 'Add it to pricing.nodes or the price list.';
  return price.source === 'none'
    ? `${who}: no price, so what runs there seems to cost nothing. ${price.reason} ${cure}`
    : `${who}: priced by flat rates for want of a better source. ${price.reason} ${cure}`;
}
