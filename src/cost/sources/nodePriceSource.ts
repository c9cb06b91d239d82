import type { PricingConfig } from '../config.ts';
import type { NodeSample } from '../../model/snapshot.ts';
import type { NodeFacts } from '../../model/nodeFacts.ts';
import type { PriceList } from '../priceList.ts';
import type { PerPodRule } from '../priceRules.ts';

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
  /** Null for a machine. */
  readonly perPod: PerPodRule | null;
  readonly pricing: PricingConfig;
  readonly priceLists: readonly PriceList[];
}

export interface SourcedPrice extends FlatRates {
  /** One sentence for people: what matched, and why. */
  readonly reason: string;
  /** 0..1 (see `NodePrice.confidence`). */
  readonly confidence: number;
  /** What it stands in for, as the end of "A stand-in: …"; absent for a price that is meant for the node. */
  readonly standsInFor?: string;
  readonly perPod?: string;
}

/** A source of node prices: a file here and an entry in `PRICE_SOURCES`. */
export interface NodePriceSource {
  /** As prices and reports name it. */
  readonly name: string;
  /** The same for people. */
  readonly label: string;
  /** Answers, or says in a few words why it cannot. */
  priceOf(asked: NodeToPrice): SourcedPrice | { readonly silent: string | null };
}
