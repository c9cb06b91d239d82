import { expect, it } from 'vitest';
import { differences } from '../support/dumpHistory.ts';
import { startSplitCluster } from '../support/splitCluster.ts';

it('collectors that come, are killed, are paused or are reloaded move namespaces without loss or doubling', async () => {
  await using split = await startSplitCluster();
  const first = await split.standBy();
  await split.sealWith(1);
  const second = await split.standBy();
  await split.sealWith(2);
  // The window waits until it is known that one is gone, and no longer.
  first.kill('SIGKILL');
  await split.sealWith(1);
  second.kill('SIGSTOP');
  expect(await split.sealNext()).toBe(0);
  second.kill('SIGCONT');
  const third = await split.standBy();
  await split.sealWith(1);
  await split.reload([third]);
  await split.sealWith(1);
  const { apart, whole } = await split.compare();
  expect(differences(apart, whole).slice(0, 5)).toEqual([]);
});
