import { expect, it } from 'vitest';
import { aSubject, NEW, own, strengthOf } from '../testing.ts';
import { replication } from './replication.ts';

it('fires for something new on three pods and nodes', () => {
  const at = (podCount: number, nodeCount: number) =>
    strengthOf(replication, { normal: NEW, subject: aSubject({ podCount, nodeCount }) });
  expect([at(2, 2), at(3, 2), at(3, 3), at(40, 12)]).toEqual([0, 0, 0.5, 0.5]);
});

it('fires for three one-shot workloads of one image', () => {
  expect(strengthOf(replication, { normal: NEW, groupSize: 2 })).toBe(0);
  expect(strengthOf(replication, { normal: NEW, groupSize: 3 })).toBe(0.5);
});

it('says nothing of what is known, or of Jobs, which come in numbers', () => {
  const subject = aSubject({ podCount: 40, nodeCount: 12 });
  expect(strengthOf(replication, { normal: own(), subject })).toBe(0);
  expect(strengthOf(replication, { normal: NEW, subject: { ...subject, runs: true } })).toBe(0);
});
