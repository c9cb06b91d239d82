import { expect, it } from 'vitest';
import { differences } from '../support/dumpHistory.ts';
import { startSplitCluster } from '../support/splitCluster.ts';

it('a cluster that is split by namespace has the rows of one that is not, to the nano', async () => {
  await using split = await startSplitCluster();
  expect(await split.sealNext()).toBe(0);
  await split.standBy();
  await split.sealWith(1);
  expect(await split.sealNext()).toBe(1);
  const { apart, whole } = await split.compare();
  expect(apart.some((line) => line.startsWith('finding_events'))).toBe(true);
  expect(differences(apart, whole).slice(0, 5)).toEqual([]);
});
