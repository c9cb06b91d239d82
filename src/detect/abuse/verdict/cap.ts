import type { EvidenceFamily, Severity } from '../../../model/finding.ts';
import type { Facts } from '../evidence/signal.ts';

/** The points of each family of evidence that counts. */
export type Families = ReadonlyMap<EvidenceFamily, number>;

/** A reason that a finding is at most so severe, whatever its evidence. */
export interface Cap {
  readonly name: string;
  /** Null: there is nothing to report. */
  readonly atMost: Severity | null;
  /** True where it explains the use: then an alarm of it ends sooner. */
  readonly explains?: boolean;
  applies(facts: Facts, families: Families): boolean;
  /** One sentence: why, or what would decide it. */
  because(facts: Facts): string;
}

/** A cap that holds: it is at or below what the evidence comes to, so that more evidence would not raise it. */
export interface HeldCap extends Required<Pick<Cap, 'name' | 'atMost' | 'explains'>> {
  readonly because: string;
}
