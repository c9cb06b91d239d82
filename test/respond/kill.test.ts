import { expect, it } from 'vitest';
import { isWrite } from '../support/apiServer/apiServer.ts';
import { MINER } from '../support/respond/world.ts';
import { KillBench, specs } from './support/killBench.ts';

// Every action and every request: kill.slow.test.ts.
it.each([
  { write: 0, moment: 'before' },
  { write: 0, moment: 'after' },
  { write: 2, moment: 'after' },
] as const)('kill -9 $moment write $write of a quarantine: finished, and undone', async (kill) => {
  await using world = await KillBench.start(MINER);
  const before = specs(world.server);
  const approved = await world.bench.approved(MINER, 'quarantine');
  expect(await world.run(isWrite, kill.write, kill.moment)).toBe('killed');
  expect((await world.bench.read(approved)).state).toBe('executing');
  expect(await world.settle(approved)).toMatchObject({ state: 'verified', failure: null });
  await world.bench.undo(approved);
  world.carriedOut.length = 0;
  expect(await world.settle(approved)).toMatchObject({ state: 'undone', notes: [] });
  expect(specs(world.server)).toEqual(before);
});
