import type { Finding } from '../../model/finding.ts';
import { floorTo, HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';

/**
 * From when to when a finding's behaviour is known to have been: since it began, until it was resolved, or was last
 * seen while it goes on. In the data's time.
 */
export function stretchOf({
  startedAt,
  resolvedAt,
  lastSeen,
}: Pick<Finding, 'startedAt' | 'resolvedAt' | 'lastSeen'>): Span {
  return { from: startedAt, to: resolvedAt ?? lastSeen };
}

/** How long it lasted, or has lasted by now, in milliseconds. */
export function lengthOf(finding: Pick<Finding, 'startedAt' | 'resolvedAt' | 'lastSeen'>): number {
  const { from, to } = stretchOf(finding);
  return to - from;
}

/** Kinds that are judged on the hour. */
const HOURLY: ReadonlySet<Finding['kind']> = new Set(['cost-spike', 'budget']);

/** Until when a finding of this kind is known to go on or to be over, of data that reach until `until`. */
export function judgedUntil(kind: Finding['kind'], until: TimeMs): TimeMs {
  return HOURLY.has(kind) ? floorTo(until, HOUR_MS) : until;
}
