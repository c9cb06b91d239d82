import { expect, it } from 'vitest';
import { aSubject, aTrack, NEW, own, strengthOf } from '../../../../../test/support/abuse/abuse.ts';
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

it('says nothing of what moves data: that is given replicas', () => {
  const subject = aSubject({ podCount: 4, nodeCount: 4 });
  const at = (bytes: number) =>
    strengthOf(replication, {
      normal: NEW,
      subject,
      track: aTrack({ ioCoreSeconds: 1, extraBytes: bytes, recent: [0.5] }),
    });
  expect([at(1_000), at(10_000)]).toEqual([0.5, 0]);
});
