import type { Finding } from '../../model/finding.ts';
import { DAY_MS, HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';

/** How much of a finding's surroundings is shown, and kept for good. */
const AROUND_MS = 24 * HOUR_MS;
const SHORTEST_MS = 30 * 60_000;
const LONGEST_MS = 400 * DAY_MS;

/**
 * The stretch that a finding's chart shows at first: from a day before it began to a day after it ended, or
 * up to the last sealed window while it goes on.
 */
export function findingSpan(
  { startedAt, resolvedAt, lastSeen }: Finding,
  watermark: TimeMs | null,
): Span {
  const known = Math.max(watermark ?? lastSeen, lastSeen);
  const end = resolvedAt === null ? known : Math.min(known, resolvedAt + AROUND_MS);
  return { from: startedAt - AROUND_MS, to: Math.max(end, startedAt + HOUR_MS) };
}

/** A span asked for, within what may be asked for; its length is kept where that is possible. */
export function clampSpan({ from, to }: Span): Span {
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, to - from));
  const middle = (from + to) / 2;
  return { from: Math.round(middle - length / 2), to: Math.round(middle + length / 2) };
}
