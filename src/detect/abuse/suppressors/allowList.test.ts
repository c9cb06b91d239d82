import { expect, it } from 'vitest';
import { aFacts, aSubject, strengthOf } from '../../../../test/support/abuse/abuse.ts';
import { allowList } from './allowList.ts';

const { thresholds, window } = aFacts();
const entry = {
  namespace: 'shop',
  workload: 'Deployment/web',
  until: new Date(window.end).toISOString(),
  reason: 'folds proteins',
};
const allowing = (...allow: object[]) => ({ thresholds: { ...thresholds, allow: allow as never } });

it('holds until its time, for its workload and container', () => {
  expect(strengthOf(allowList, allowing(entry))).toBe(2);
  expect(strengthOf(allowList, allowing({ ...entry, container: 'app' }))).toBe(2);
  expect(strengthOf(allowList, allowing({ ...entry, container: 'other' }))).toBe(0);
  expect(strengthOf(allowList, allowing({ ...entry, workload: 'Deployment/other' }))).toBe(0);
  expect(strengthOf(allowList, allowing({ ...entry, namespace: 'other' }))).toBe(0);
});

it('expires', () => {
  const until = new Date(window.end - 1).toISOString();
  expect(strengthOf(allowList, allowing({ ...entry, until }))).toBe(0);
});

it('of a whole namespace covers what is in it', () => {
  const { workload: _workload, ...whole } = entry;
  const subject = aSubject({ key: 'c/shop/Job/x/app' });
  expect(strengthOf(allowList, { ...allowing(whole), subject })).toBe(2);
});
