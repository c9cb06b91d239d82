import { HistoryError, type HistoryReader } from '../store/history.ts';
import type { PricingConfig } from './config.ts';

/** A cluster of a configuration with several: what the others need to read its history. */
export interface FleetMember {
  readonly cluster: string;
  /** Where its history is. */
  readonly path: string;
  readonly pricing: PricingConfig;
}

/** Of a configuration with several clusters; the first of them speaks for all. */
export interface FleetConfig {
  readonly cluster: string;
  /** All clusters in the order of the configuration, this one too; absent where there is one. */
  readonly fleet?: readonly FleetMember[];
}

/** The histories of the other clusters, as far as they can be read. */
export interface OtherHistories {
  readonly histories: readonly {
    readonly cluster: string;
    readonly reader: HistoryReader;
    readonly pricing: PricingConfig;
  }[];
  /** Clusters whose history is there and cannot be read. */
  readonly unread: readonly string[];
}

/** Works with the histories of the other clusters. One that is not there yet has spent nothing. */
export async function withOtherHistories<T>(
  config: FleetConfig,
  open: (path: string) => Promise<HistoryReader>,
  work: (others: OtherHistories) => Promise<T>,
): Promise<T> {
  const histories: OtherHistories['histories'][number][] = [];
  const unread: string[] = [];
  try {
    for (const { cluster, path, pricing } of othersOf(config)) {
      try {
        histories.push({ cluster, reader: await open(path), pricing });
      } catch (error) {
        if (!(error instanceof HistoryError)) throw error;
        if (error.code !== 'missing') unread.push(cluster);
      }
    }
    return await work({ histories, unread });
  } finally {
    for (const { reader } of histories) await reader.close();
  }
}

/** The other clusters. */
export function othersOf({ cluster, fleet = [] }: FleetConfig): readonly FleetMember[] {
  return fleet.filter((member) => member.cluster !== cluster);
}

/** The cluster that speaks for all: it sends their digest and watches their budgets. */
export function speakerOf({ cluster, fleet = [] }: FleetConfig): string {
  return fleet[0]?.cluster ?? cluster;
}
