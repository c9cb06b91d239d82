import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { aFacts, aSuspicion, aTrack, NEW } from '../../../../test/support/abuse/abuse.ts';

/** A episode of an hour whose added use moved so many bytes a core-second. */
function aSpell(bytesPerCoreSecond: number, cores: readonly number[]) {
  return aTrack({
    dwell: 6,
    hotWindows: 12,
    since: 1,
    ioCoreSeconds: 1000,
    extraBytes: 1000 * bytesPerCoreSecond,
    recent: cores,
  });
}

const EVEN = [0.5, 0.5, 0.51, 0.5, 0.49, 0.5];

describe('what is new and even', () => {
  const at = (bytesPerCoreSecond: number) =>
    judge(aFacts({ normal: NEW, track: aSpell(bytesPerCoreSecond, EVEN) })).severity;

  it('is a page in silence, a warning under cover, and nothing where it works', () => {
    expect([at(100), at(10_000), at(60_000)]).toEqual(['critical', 'warning', null]);
  });

  it('wakes nobody for a twentieth of a core', () => {
    const track = aSpell(
      100,
      EVEN.map((use) => use / 10),
    );
    const suspicion = aSuspicion({ cores: 0.05 });
    const judgement = judge(aFacts({ normal: NEW, track, suspicion }));
    expect(judgement.severity).toBe('warning');
    expect(judgement.undecided.join()).toContain('0.07 cores');
  });
});
