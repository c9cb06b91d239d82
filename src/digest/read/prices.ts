import { nodeFacts } from '../../model/nodeFacts.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { PRICE_SOURCES } from '../../cost/priceNodes.ts';
import type { TimeMs } from '../../model/time.ts';
import type { PriceNews } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';

const SOURCES: ReadonlyMap<string, string> = new Map([
  ...PRICE_SOURCES.map(({ name, label }) => [name, label] as const),
  ['none', 'nothing'],
]);
const LISTED = 20;

/** Which nodes nothing priced, and what kinds of node and sources of prices are new. */
export function priceNews(nodes: readonly NodeRecord[], week: Week, begins: TimeMs): PriceNews {
  const present = nodes.filter(
    ({ firstSeen, lastSeen }) => firstSeen < week.end && lastSeen >= week.start,
  );
  const firsts = new Map<string, TimeMs>();
  for (const node of nodes) {
    const kind = kindOf(node);
    if (kind !== null) firsts.set(kind, Math.min(node.firstSeen, firsts.get(kind) ?? Infinity));
  }
  // In a history that has just begun everything would be new.
  const fresh = [...firsts].filter(
    ([, first]) => first >= week.start && first < week.end && begins < week.start,
  );
  const priced = (source: string): readonly NodeRecord[] =>
    present.filter(({ price }) => price?.source === source);
  return {
    unpriced: priced('none')
      .map((node) => node.name)
      .sort()
      .slice(0, LISTED),
    flat: priced('flat').length,
    nodes: present.length,
    fresh: fresh.map(([kind]) => kind).sort(),
  };
}

function kindOf(node: NodeRecord): string | null {
  if (node.price === null) return null;
  const { instanceType, capacityType } = nodeFacts(node);
  const spot = capacityType === 'spot' ? ' (spot)' : '';
  return `${instanceType ?? 'nodes of unknown type'}${spot} by ${SOURCES.get(node.price.source) ?? node.price.source}`;
}
