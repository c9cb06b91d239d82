import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import type { Finding } from '../../src/model/finding.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { ResponseAction } from '../../src/store/responses.ts';
import { isWrite } from '../support/apiServer/apiServer.ts';
import type { ApiProxy } from '../support/respond/apiProxy.ts';
import { IS_REAL, kubectl, RealCluster } from '../support/respond/realCluster.ts';
import { eventually } from '../support/waiting.ts';
import { KillBench } from './support/killBench.ts';

const KILLS = (
  [
    ['quarantine', 3],
    ['scale-to-zero', 1],
    ['suspend', 1],
    ['cordon', 1],
    ['label', 2],
    ['evict', 1],
  ] as readonly (readonly [ResponseAction, number])[]
).flatMap(([action, writes]) =>
  Array.from({ length: writes }, (_, write) =>
    (['before', 'after'] as const).map((moment) => ({ action, write, moment })),
  ).flat(),
);

let cluster: RealCluster;

describe.skipIf(!IS_REAL)('kill -9 on a real API server', () => {
  beforeAll(async () => {
    cluster = await RealCluster.start('burnwatch-kill');
  });
  afterAll(async () => cluster?.[Symbol.asyncDispose]());

  async function target(action: ResponseAction): Promise<Finding> {
    if (action === 'suspend') return cluster.finding('CronJob', 'nightly', []);
    if (action === 'evict') return cluster.finding('Pod', 'runner', ['runner']);
    // A Deployment that was scaled up again makes pods of other names.
    const pods = await eventually(
      () => cluster.podsOf('miner'),
      (names) => names.length === 2,
    );
    return cluster.finding('Deployment', 'miner', pods);
  }

  async function start(action: ResponseAction): Promise<KillBench<ApiProxy>> {
    const { proxy } = cluster;
    return KillBench.on(proxy, proxy.kubeconfig(), await target(action));
  }

  /** What of the suspects and their node a response may change. */
  async function seen(): Promise<readonly string[]> {
    const kinds = 'deployments,cronjobs,networkpolicies,pods';
    const inside = await cluster.inside('get', kinds, '-o', 'json');
    const nodes = await kubectl(['get', 'nodes', '-o', 'json']);
    return [inside, nodes].flatMap((text) =>
      (JSON.parse(text) as { readonly items: readonly RawObject[] }).items
        .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
        .map(({ kind, metadata, spec }) => {
          const { replicas, suspend, unschedulable } = (spec ?? {}) as Record<string, unknown>;
          const marks = Object.entries({ ...metadata?.labels, ...metadata?.annotations });
          const ours = marks.filter(
            ([key, value]) => key.includes('burnwatch') && value !== 'made again',
          );
          const name = kind === 'Pod' ? metadata?.labels?.['app'] : metadata?.name;
          return JSON.stringify([kind, name, replicas, suspend, unschedulable, ours]);
        })
        .sort(),
    );
  }

  it.each(KILLS)('$action, $moment write $write: finished once, then undone once', async (kill) => {
    const { action, write, moment } = kill;
    const before = await seen();
    await using world = await start(action);
    const approved = await world.bench.approved(world.finding, action);
    expect(await world.run(isWrite, write, moment)).toBe('killed');
    expect((await world.bench.read(approved)).state).toBe('executing');
    world.bench.now = Date.now();
    expect(await world.settle(approved)).toMatchObject({ state: 'verified', failure: null });
    if (action === 'evict')
      await eventually(
        () => cluster.get('pod', 'runner'),
        (pod) => pod === null,
      );
    await world.bench.undo(approved);
    world.carriedOut.length = 0;
    expect(await world.run(isWrite, write, moment)).toBe('killed');
    expect((await world.bench.read(approved)).state).toBe('undoing');
    expect(await world.settle(approved)).toMatchObject({ state: 'undone', notes: [] });
    if (action === 'evict') await cluster.ready('runner');
    await eventually(seen, (now) => JSON.stringify(now) === JSON.stringify(before));
  });

  it.each([0, 1, 2])('quarantine, away for too long after write %s: undone', async (write) => {
    const before = await seen();
    await using world = await start('quarantine');
    const approved = await world.bench.approved(world.finding, 'quarantine');
    await world.run(isWrite, write, 'after');
    world.bench.pass(20 * MINUTE_MS);
    world.carriedOut.length = 0;
    expect(await world.settle(approved)).toMatchObject({
      state: 'failed',
      failure: { code: 'expired' },
    });
    expect(await seen()).toEqual(before);
  });

  it('at every request of a whole quarantine, one after the other', async () => {
    await using world = await start('quarantine');
    const approved = await world.bench.approved(world.finding, 'quarantine');
    let kills = 0;
    for (let at = 0; (await world.bench.read(approved)).state !== 'verified'; at += 1)
      if ((await world.run(() => true, at, at % 2 === 0 ? 'before' : 'after')) === 'killed')
        kills += 1;
    expect(kills).toBeGreaterThan(15);
    expect((await world.settle(approved)).steps).toEqual(['done', 'done', 'done']);
    await world.bench.undo(approved);
    world.carriedOut.length = 0;
    expect(await world.settle(approved)).toMatchObject({ state: 'undone', notes: [] });
  });
});
