import { describe, expect, it } from 'vitest';
import {
  NEW,
  UNKNOWN,
  aFacts,
  aSuspicion,
  aTrack,
  own,
  reading,
  strengthOf,
} from '../../../../../test/support/abuse/abuse.ts';
import { HOUR_MS } from '../../../../model/time.ts';
import { newWorkload, novelUse } from './novelty.ts';

describe('novelUse', () => {
  const track = aTrack({ dwell: 3, hotWindows: 3, recent: [0.5, 0.5, 0.5] });

  it('counts in full from a doubling on, half below', () => {
    expect(strengthOf(novelUse, { track })).toBe(1);
    const less = aTrack({ dwell: 3, hotWindows: 3, recent: [0.19, 0.19, 0.19] });
    const suspicion = aSuspicion({ cores: 0.19, threshold: 0.18 });
    expect(strengthOf(novelUse, { track: less, suspicion })).toBe(0.5);
  });

  it('is quiet below the threshold and before it has lasted', () => {
    const suspicion = aSuspicion({ cores: 0.5, threshold: 0.51, isHot: false });
    expect(strengthOf(novelUse, { track, suspicion })).toBe(0);
    expect(strengthOf(novelUse, { track: aTrack({ dwell: 2.75, recent: [0.5] }) })).toBe(0);
  });

  it('says what it compares with', () => {
    const { base } = own();
    const said = (change: Parameters<typeof reading>[1]) =>
      reading(novelUse, { track, ...change }).text;
    expect(said({})).toContain('usual at this hour');
    expect(said({ normal: { ...own(), source: 'peers' } })).toContain('usual for this image');
    expect(said({ normal: { ...UNKNOWN, base, siblings: base } })).toContain(
      'usual for its siblings',
    );
  });

  it('does not trust a history of less than three days with the time of day', () => {
    expect(strengthOf(novelUse, { track, normal: own({ isShort: true, highest: 0.3 }) })).toBe(0.5);
    expect(strengthOf(novelUse, { track, normal: own({ isShort: true, highest: 0.2 }) })).toBe(1);
  });

  it('is unknown without a normal, and says why', () => {
    const { strength, text } = reading(novelUse, {
      track,
      normal: UNKNOWN,
      suspicion: aSuspicion({ threshold: null }),
    });
    expect(strength).toBeNull();
    expect(text).toMatch(/normal is not known yet/);
  });
});

describe('newWorkload', () => {
  it('counts in full for what is certainly new, half once it has a normal of its own', () => {
    expect(strengthOf(newWorkload, { normal: NEW })).toBe(1);
    expect(strengthOf(newWorkload, { normal: { ...own(), isDeployed: true } })).toBe(0.5);
  });

  it('says nothing of what is known, and is unknown for what is older than the history', () => {
    expect(strengthOf(newWorkload, { normal: own() })).toBe(0);
    const { strength, text } = reading(newWorkload, { normal: UNKNOWN });
    expect(strength).toBeNull();
    expect(text).toMatch(/history begins at .* and needs a day before/);
  });

  it('tells a new image from a new workload', () => {
    const { window } = aFacts();
    const track = aTrack({ repoSince: window.start - HOUR_MS });
    expect(reading(newWorkload, { normal: NEW, track }).text).toMatch(/^New image since/);
    expect(reading(newWorkload, { normal: NEW }).text).toMatch(/^First seen/);
  });
});
