import type { Reading } from '../../model/reading.ts';
import type { Window } from '../../model/time.ts';
import { growthIn, type Growth, type LifeFacts } from './growth.ts';
import { foldLives, type CounterSource, type FoldedLives } from './lives.ts';
import { samplesInView, viewOf, type Samples } from './samples.ts';

/** What a container's counter tells of a window. */
export interface CounterReading extends Growth {
  /** Two series of the same life tell different growth. */
  readonly disagree: boolean;
}

/**
 * Reads a container's counter in one window from all its series, of which each may be longer than the window
 * may see: the same window gives the same reading, asked for alone or among others.
 */
export function readCounter(
  sources: readonly CounterSource<Samples>[],
  window: Window,
  facts: LifeFacts,
): CounterReading {
  const { lives, disagree } = livesIn(sources, window, facts);
  return { ...growthIn(lives, window, facts), disagree };
}

function livesIn(
  sources: readonly CounterSource<Samples>[],
  window: Window,
  { aheadMs }: LifeFacts,
): FoldedLives {
  const view = viewOf(window, aheadMs);
  const seen: CounterSource[] = [];
  for (const { life, nested, startedAt, samples } of sources)
    seen.push({ life, nested, startedAt, samples: samplesInView(samples, window, view) });
  return foldLives(seen);
}

/** A series of one of several counters that add up. */
export interface CounterPart<S> extends CounterSource<S> {
  /** Which of them, such as a device or an interface. */
  readonly part: string;
}

/** What counters grew that add up, each with all its series; null where none shows anything. */
export function growthOf(
  parts: readonly CounterPart<Samples>[],
  window: Window,
  facts: LifeFacts,
): Reading {
  const counters = parts.length === 1 ? [parts] : Map.groupBy(parts, ({ part }) => part).values();
  let sum: Reading = null;
  for (const sources of counters) {
    const { measured } = growthIn(livesIn(sources, window, facts).lives, window, facts, false);
    if (measured !== null) sum = (sum ?? 0) + measured;
  }
  return sum;
}
