import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { ResponseAction } from '../../src/store/responses.ts';
import { isWrite } from '../support/apiServer/apiServer.ts';
import { MINER, NIGHTLY, RUNNER } from '../support/respond/world.ts';
import { KillBench, specs } from './support/killBench.ts';

const ACTIONS: readonly (readonly [ResponseAction, Finding, writes: number])[] = [
  ['quarantine', MINER, 3],
  ['scale-to-zero', MINER, 1],
  ['suspend', NIGHTLY, 1],
  ['cordon', MINER, 1],
  ['label', MINER, 2],
  ['evict', RUNNER, 1],
];
const KILLS = ACTIONS.flatMap(([action, finding, writes]) =>
  Array.from({ length: writes }, (_, write) =>
    (['before', 'after'] as const).map((moment) => ({ action, finding, write, moment })),
  ).flat(),
);

describe('kill -9 at each write', () => {
  it.each(KILLS)(
    '$action, $moment write $write: finished',
    async ({ action, finding, ...kill }) => {
      await using world = await KillBench.start(finding);
      const approved = await world.bench.approved(finding, action);
      expect(await world.run(isWrite, kill.write, kill.moment)).toBe('killed');
      expect((await world.bench.read(approved)).state).toBe('executing');
      expect(await world.settle(approved)).toMatchObject({ state: 'verified', failure: null });
    },
  );

  it.each(KILLS)(
    '$action, $moment write $write of the undoing',
    async ({ action, finding, ...kill }) => {
      await using world = await KillBench.start(finding);
      const before = specs(world.server);
      const approved = await world.bench.approved(finding, action);
      await world.run();
      expect((await world.bench.read(approved)).state).toBe('verified');
      await world.bench.undo(approved);
      world.carriedOut.length = 0;
      expect(await world.run(isWrite, kill.write, kill.moment)).toBe('killed');
      expect((await world.bench.read(approved)).state).toBe('undoing');
      expect(await world.settle(approved)).toMatchObject({ state: 'undone', notes: [] });
      expect(specs(world.server)).toEqual(before);
    },
  );

  it.each([0, 1, 2])('quarantine, away for too long after write %s: undone', async (write) => {
    await using world = await KillBench.start(MINER);
    const before = specs(world.server);
    const approved = await world.bench.approved(MINER, 'quarantine');
    await world.run(isWrite, write, 'after');
    world.bench.pass(20 * MINUTE_MS);
    await world.run();
    expect(await world.bench.read(approved)).toMatchObject({
      state: 'failed',
      failure: { code: 'expired' },
    });
    expect(specs(world.server)).toEqual(before);
  });
});

it('kill -9 at every request of a whole quarantine, one after the other', async () => {
  await using world = await KillBench.start(MINER);
  const approved = await world.bench.approved(MINER, 'quarantine');
  // Each process gets one request further than the one before it, where it does not begin anew.
  let kills = 0;
  for (let at = 0; (await world.bench.read(approved)).state !== 'verified'; at += 1) {
    if ((await world.run(() => true, at, at % 2 === 0 ? 'before' : 'after')) === 'killed')
      kills += 1;
  }
  expect(kills).toBeGreaterThan(15);
  expect(await world.settle(approved)).toMatchObject({
    state: 'verified',
    steps: ['done', 'done', 'done'],
  });
});
