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

/** The other clusters. */
export function othersOf({ cluster, fleet = [] }: FleetConfig): readonly FleetMember[] {
  return fleet.filter((member) => member.cluster !== cluster);
}

/** The cluster that speaks for all: it sends their digest and watches their budgets. */
export function speakerOf({ cluster, fleet = [] }: FleetConfig): string {
  return fleet[0]?.cluster ?? cluster;
}
