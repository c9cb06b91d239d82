import type { WindowCoverage } from '../../store/usage.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Coverage, Gap } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';

/** Gaps that are listed; the rest is a number. */
const LISTED = 10;

export interface CoverageParts {
  readonly week: Week;
  /** Windows of the week, oldest first. */
  readonly windows: readonly WindowCoverage[];
  readonly windowMs: number;
  /** Where the history begins and ends. */
  readonly begins: TimeMs;
  readonly until: TimeMs;
  readonly share: number;
  readonly provisional: boolean;
}

/** Where the week's data have holes: windows that are missing, or that were sealed incomplete. */
export function weekCoverage(parts: CoverageParts): Coverage {
  const { week, share, provisional, begins } = parts;
  const gaps = gapsIn(parts);
  return {
    share,
    gaps: gaps
      .toSorted((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)
      .slice(0, LISTED),
    gapCount: gaps.length,
    gapMs: gaps.reduce((sum, { start, end }) => sum + end - start, 0),
    begins: begins > week.start ? begins : null,
    provisional,
  };
}

function gapsIn({ week, windows, windowMs, begins, until }: CoverageParts): readonly Gap[] {
  const gaps: { start: TimeMs; end: TimeMs; sum: number; windows: number; problem: string }[] = [];
  const extend = (start: TimeMs, end: TimeMs, share: number, problem: string): void => {
    const last = gaps.at(-1);
    const count = (end - start) / windowMs;
    if (last !== undefined && last.end === start && last.problem === problem) {
      last.end = end;
      last.sum += share * count;
      last.windows += count;
    } else gaps.push({ start, end, sum: share * count, windows: count, problem });
  };
  let at = Math.max(week.start, begins);
  for (const { start, coverage, complete, problems } of windows) {
    if (start > at) extend(at, start, 0, '');
    if (!complete) extend(start, start + windowMs, coverage, problems[0]?.text ?? '');
    at = start + windowMs;
  }
  const end = Math.min(week.end, Math.max(until, at));
  if (at < end) extend(at, end, 0, '');
  // What is not there yet, because Prometheus has not been asked, is a gap as well.
  if (until < week.end) extend(Math.max(at, until), week.end, 0, '');
  return gaps.map(({ start, end: ends, sum, windows: count, problem }) => ({
    start,
    end: ends,
    share: count > 0 ? sum / count : 0,
    problem,
  }));
}

/** Hours of windows in which anything was seen. */
export function seenHours(windows: readonly WindowCoverage[], windowMs: number): number {
  return (windows.filter(({ coverage }) => coverage > 0).length * windowMs) / 3_600_000;
}
