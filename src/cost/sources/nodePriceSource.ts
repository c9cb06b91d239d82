import type { PricingConfig } from '../config.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { PriceSource } from '../../model/cost.ts';
import type { NodeFacts } from '../../model/nodeFacts.ts';
import type { PriceList } from '../priceList.ts';

/** Prices per unit and hour, in units of currency. */
export interface FlatRates {
  readonly cpuCoreHour: number;
  readonly ramGiBHour: number;
  readonly gpuHour: number;
}

/** What a source knows of a node when it is asked for its price. */
interface NodeToPrice {
  readonly node: NodeSample;
  readonly facts: NodeFacts;
  readonly pricing: PricingConfig;
  readonly priceLists: readonly PriceList[];
}

export interface SourcedPrice extends FlatRates {
  readonly source: PriceSource;
  /** One sentence for people: what matched, and why. */
  readonly reason: string;
}

/** A source of node prices: answers, or says in a few words why it cannot. The first answer wins. */
export type NodePriceSource = (
  asked: NodeToPrice,
) => SourcedPrice | { readonly silent: string | null };
