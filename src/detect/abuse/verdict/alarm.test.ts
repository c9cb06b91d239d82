import { expect, it } from 'vitest';
import { stepAlarm } from './alarm.ts';
import type { Track } from '../state/state.ts';
import { aFacts, aSuspicion, aTrack } from '../../../../test/support/abuse/abuse.ts';

const suspicion = aSuspicion({ cores: 0.5 });

/** Windows until an alarm ends that nothing is said of any more, while the use stays as it was. */
function windowsUntilClear(alarm: number, most: number): number {
  let track: Track = aTrack({ alarm, quietBelow: 0.3, dwell: 6 });
  for (let count = 1; count <= most; count++) {
    const step = stepAlarm(aFacts({ track, suspicion }), null);
    if (step.status === 'clear') return count;
    track = step.track;
  }
  return Infinity;
}

/** Windows until an alarm ends whose use comes every day for an hour, is learnt by now, and is low in between. */
function windowsUntilLearntPeakEnds(alarm: number): number {
  const returns = 9;
  let track: Track = aTrack({ alarm, quietBelow: 0.3, dwell: 0, returns });
  for (let count = 1; count <= 3 * 288; count++) {
    const cores = count % 288 < 12 ? 0.5 : 0.01;
    const step = stepAlarm(aFacts({ track, suspicion: aSuspicion({ cores }) }), null);
    if (step.status === 'clear') return count;
    track = step.track;
  }
  return Infinity;
}

it('a warning of what comes every day, and is learnt, ends though it comes again', () => {
  expect(windowsUntilLearntPeakEnds(2)).toBeLessThan(2 * 288);
  expect(windowsUntilLearntPeakEnds(3)).toBe(Infinity);
});

it('a page waits for somebody to decide', () => {
  expect(windowsUntilClear(3, 400)).toBe(Infinity);
});
