/** What a cost rests on: each is seen, or not, by itself. */
export const COVERAGE_FAMILIES = ['cpu', 'memory', 'requests', 'network', 'disk', 'price'] as const;

export type CoverageFamily = (typeof COVERAGE_FAMILIES)[number];

/** How much of each family was seen, 0..1. */
export type FamilyShares = Readonly<Record<CoverageFamily, number>>;

/** The families of a container that are measured; its price is its node's. */
export type MeasuredShares = Omit<FamilyShares, 'price'>;

/** What a cost consists of, as far as families matter. */
interface CostBasis {
  readonly networkNano: number;
}

/**
 * The smallest share of the families that a container's cost rests on: CPU and memory (used and requested) and the
 * price of its node; the network only where its traffic is charged, the disk never.
 */
export function smallestShare(
  { cpu, memory, requests, network, price }: FamilyShares,
  { networkNano }: CostBasis,
): number {
  return Math.min(cpu, memory, requests, price, networkNano > 0 ? network : 1);
}
