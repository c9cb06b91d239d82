import { WEEK_MS, type TimeMs } from '../../model/time.ts';
import { SCOPES, type PostureScope } from './check.ts';
import type { FailedByScope } from './evaluate.ts';
import type { PostureTrend } from './readTrend.ts';

/** How long one list of failures is, over all places that are looked at, and how that went. */
export interface ListTrend {
  readonly scope: PostureScope;
  readonly failed: number;
  /** A week before the last day that is known; null where that day is not. */
  readonly before: number | null;
  /** By UTC day, oldest first. */
  readonly days: readonly { readonly day: TimeMs; readonly failed: number }[];
}

/** Adds places up, list by list. */
export function listTrends(
  now: readonly FailedByScope[],
  trends: readonly PostureTrend[],
): readonly ListTrend[] {
  return SCOPES.flatMap((scope) => {
    const own = now.filter((failed) => failed[scope] !== undefined);
    if (own.length === 0) return [];
    const days = daysOf(scope, trends);
    const last = days.at(-1)?.day;
    const before = days.findLast(({ day }) => last !== undefined && day <= last - WEEK_MS);
    const failed = sum(own, scope);
    return [{ scope, failed, before: before?.failed ?? null, days }];
  });
}

function daysOf(scope: PostureScope, trends: readonly PostureTrend[]): ListTrend['days'] {
  const sums = new Map<TimeMs, number>();
  for (const { day, failed } of trends.flat())
    if (failed?.[scope] !== undefined) sums.set(day, (sums.get(day) ?? 0) + failed[scope]);
  return [...sums].sort(([a], [b]) => a - b).map(([day, failed]) => ({ day, failed }));
}

/** The failures of one list in all of these. */
export function sum(all: readonly FailedByScope[], scope: PostureScope): number {
  return all.reduce((total, failed) => total + (failed[scope] ?? 0), 0);
}
