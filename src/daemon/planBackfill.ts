import { ceilTo, floorTo, formatTime, type TimeMs } from '../model/time.ts';

/** What the history holds already. */
export interface HistoryReach {
  readonly watermark: TimeMs | null;
  /** End of the first window, or null. */
  readonly historyStart: TimeMs | null;
}

export interface BackfillPlan {
  /** Start of the first window that is asked for. */
  readonly from: TimeMs;
  /** What was asked for and cannot be had, for people; null when all can. */
  readonly note: string | null;
}

/**
 * Where a backfill really begins. Windows are sealed in order and without gaps, so an existing history
 * can only be continued, and a new one begins no earlier than Prometheus' data.
 *
 * @param oldest the oldest data of Prometheus, asked only for a new history.
 * @throws Error with the cure when nothing of what was asked for can be done.
 */
export function planBackfill(
  span: { readonly start: TimeMs; readonly end: TimeMs },
  { watermark, historyStart }: HistoryReach,
  oldest: TimeMs | null,
  window: number,
): BackfillPlan {
  const asked = ceilTo(span.start, window);
  if (asked + window > span.end) {
    throw new Error(
      `there is no complete window between ${formatTime(span.start)} and ${formatTime(span.end)}`,
    );
  }
  if (watermark === null) {
    if (oldest === null) throw new Error('Prometheus holds no container metrics');
    const first = firstWindow(oldest, window);
    if (first + window > span.end)
      throw new Error(
        `Prometheus holds data only from ${formatTime(oldest)} on: ask for later windows`,
      );
    if (first <= asked) return { from: asked, note: null };
    return {
      from: first,
      note: `Prometheus holds data only from ${formatTime(oldest)} on: beginning there.`,
    };
  }
  const begins = (historyStart ?? watermark) - window;
  if (asked > watermark) {
    throw new Error(
      `the history is sealed up to ${formatTime(watermark)}: beginning at ${formatTime(asked)} would leave a gap; use --from ${formatTime(watermark)}`,
    );
  }
  if (span.end <= begins) {
    throw new Error(
      `the history begins at ${formatTime(begins)}, and nothing can be put before it: set history.path to a new file to begin earlier`,
    );
  }
  if (asked >= begins) return { from: asked, note: null };
  const note = `The history begins at ${formatTime(begins)}; nothing can be put before it.`;
  return { from: begins, note };
}

/** The first window that the data cover for the larger part: scrapes do not begin on the grid's lines. */
export function firstWindow(oldest: TimeMs, window: number): TimeMs {
  const start = floorTo(oldest, window);
  return oldest - start <= window / 2 ? start : start + window;
}
