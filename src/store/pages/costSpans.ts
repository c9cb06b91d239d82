import { ceilTo, DAY_MS, floorTo, HOUR_MS, type Span, type TimeMs } from '../../model/time.ts';

/** Which level answers which part of a question. The spans do not overlap. */
export interface CostSpans {
  readonly days: readonly Span[];
  readonly hours: readonly Span[];
  readonly windows: readonly Span[];
}

/** From when on each level has rows. */
export interface LevelStarts {
  readonly windowsFrom: TimeMs;
  readonly hoursFrom: TimeMs;
}

/**
 * Cuts a span of whole windows into whole UTC days, whole hours at the edges, and windows at the
 * edges of those; what a level no longer holds is left out (and lowers the answer's coverage).
 *
 * @param windowsWanted from this time on only windows will do (costs by pod).
 */
export function cutSpan(span: Span, starts: LevelStarts, windowsWanted: TimeMs): CostSpans {
  const coarse = { from: span.from, to: Math.min(span.to, windowsWanted) };
  const fine = { from: Math.max(span.from, windowsWanted), to: span.to };
  const days = { from: ceilTo(coarse.from, DAY_MS), to: floorTo(coarse.to, DAY_MS) };
  const outside = days.from < days.to ? outsideOf(coarse, days) : [coarse];
  const hours: Span[] = [];
  const windows: Span[] = [fine];
  for (const part of outside) {
    const whole = { from: ceilTo(part.from, HOUR_MS), to: floorTo(part.to, HOUR_MS) };
    if (whole.from < whole.to) {
      hours.push(whole);
      windows.push(...outsideOf(part, whole));
    } else windows.push(part);
  }
  return {
    days: notEmpty([days], 0),
    hours: notEmpty(hours, starts.hoursFrom),
    windows: notEmpty(windows, starts.windowsFrom),
  };
}

function outsideOf(span: Span, inner: Span): readonly Span[] {
  return [
    { from: span.from, to: inner.from },
    { from: inner.to, to: span.to },
  ];
}

function notEmpty(spans: readonly Span[], oldest: TimeMs): readonly Span[] {
  return spans
    .map((span) => ({ from: Math.max(span.from, oldest), to: span.to }))
    .filter((span) => span.from < span.to)
    .sort((a, b) => a.from - b.from);
}
