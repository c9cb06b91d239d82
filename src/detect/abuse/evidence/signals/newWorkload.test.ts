import { expect, it } from 'vitest';
import { HOUR_MS } from '../../../../model/time.ts';
import {
  aFacts,
  aTrack,
  NEW,
  own,
  reading,
  strengthOf,
  UNKNOWN,
} from '../../../../../test/support/abuse/abuse.ts';
import { newWorkload } from './newWorkload.ts';

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
