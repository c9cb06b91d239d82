import type { Reading } from '../../model/reading.ts';
import type { Window } from '../../model/time.ts';
import { growthIn, type Growth, type LifeFacts } from './growth.ts';
import { foldLives, type CounterSource } from './lives.ts';
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
  isByMinute = true,
): CounterReading {
  const view = viewOf(window, facts.aheadMs);
  const seen = sources.map((source) => ({
    ...source,
    samples: samplesInView(source.samples, window, view),
  }));
  const { lives, disagree } = foldLives(seen);
  return { ...growthIn(lives, window, facts, isByMinute), disagree };
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
  let sum: Reading = null;
  for (const sources of Map.groupBy(parts, ({ part }) => part).values()) {
    const { measured } = readCounter(sources, window, facts, false);
    if (measured !== null) sum = (sum ?? 0) + measured;
  }
  return sum;
}
