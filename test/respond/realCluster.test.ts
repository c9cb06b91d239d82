import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAt } from '../../src/respond/objects.ts';
import type { Response, ResponseAction } from '../../src/store/responses.ts';
import { IS_REAL, RealCluster } from '../support/respond/realCluster.ts';
import { ANA, BEN, ResponseBench } from '../support/respond/responseBench.ts';
import { eventually } from '../support/waiting.ts';

let cluster: RealCluster;
let bench: ResponseBench;
let node = '';

describe.skipIf(!IS_REAL)('on a real API server', () => {
  beforeAll(async () => {
    cluster = await RealCluster.start('burnwatch-respond');
    bench = await ResponseBench.start(cluster.proxy.kubeconfig());
    const pod = await cluster.get('pod', (await cluster.podsOf('miner'))[0] ?? '');
    node = String(valueAt(pod, ['spec', 'nodeName']));
  });
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  async function inForce(response: Response): Promise<void> {
    bench.now = Date.now();
    await bench.round();
    expect(await bench.read(response)).toMatchObject({ state: 'verified', failure: null });
  }

  async function takenBack(response: Response): Promise<void> {
    await bench.undo(response, BEN);
    // An evicted pod may still be ending when it is to be made again.
    await eventually(
      async () => {
        bench.now = Date.now();
        await bench.round();
        return (await bench.read(response)).state;
      },
      (state) => state === 'undone',
    );
    expect((await bench.read(response)).notes).toEqual([]);
  }

  it.each<{
    readonly action: ResponseAction;
    readonly select?: 'owner';
    readonly kind: string;
    readonly name: string;
    readonly seen: () => Promise<unknown>;
    readonly before: unknown;
    readonly during: unknown;
  }>([
    {
      action: 'label',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => cluster.count('pods', '-l', 'burnwatch.io/suspect=cryptojacking'),
      before: 0,
      during: 2,
    },
    {
      action: 'quarantine',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => [
        await cluster.count('pods', '-l', 'burnwatch.io/quarantine'),
        await cluster.count('networkpolicies'),
      ],
      before: [0, 0],
      during: [2, 1],
    },
    {
      action: 'quarantine',
      select: 'owner',
      kind: 'Deployment',
      name: 'miner',
      seen: () => cluster.count('networkpolicies'),
      before: 0,
      during: 1,
    },
    {
      action: 'cordon',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => valueAt(await cluster.get('node', node), ['spec', 'unschedulable']),
      before: null,
      during: true,
    },
    {
      action: 'suspend',
      kind: 'CronJob',
      name: 'nightly',
      seen: async () => valueAt(await cluster.get('cronjob', 'nightly'), ['spec', 'suspend']),
      before: false,
      during: true,
    },
    {
      action: 'scale-to-zero',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => valueAt(await cluster.get('deployment', 'miner'), ['spec', 'replicas']),
      before: 2,
      during: 0,
    },
  ])(
    '$action ($select): planned, approved, executed, verified, undone',
    async ({ action, select, kind, name, seen, before, during }) => {
      const pods = kind === 'CronJob' ? [] : await cluster.podsOf('miner');
      expect(await seen()).toEqual(before);
      bench.now = Date.now();
      const more = select === undefined ? {} : { select };
      const response = await bench.approved(cluster.finding(kind, name, pods), action, more);
      expect(await seen()).toEqual(before);
      await inForce(response);
      expect(await seen()).toEqual(during);
      await takenBack(response);
      expect(await seen()).toEqual(before);
    },
  );

  it('evict: a bare pod is gone, and made again', async () => {
    const uid = (await cluster.get('pod', 'runner'))?.metadata?.uid;
    bench.now = Date.now();
    const response = await bench.approved(cluster.finding('Pod', 'runner', ['runner']), 'evict');
    expect(response.plan.irreversible).toBeNull();
    await inForce(response);
    const items = await bench.store.evidence(response.id);
    expect(items.map(({ name, problem }) => `${name}: ${problem}`)).toEqual([
      'manifest Pod/runner: null',
      'log runner/app: null',
      'events Pod/runner: null',
      expect.stringMatching(/^connections/),
    ]);
    await takenBack(response);
    const again = (await cluster.get('pod', 'runner'))?.metadata?.uid;
    expect(again).toBeDefined();
    expect(again).not.toBe(uid);
  });

  it('evidence: one approval, the logs and events of the kubelet', async () => {
    await cluster.ready('runner');
    bench.now = Date.now();
    const planned = await bench.plan(cluster.finding('Pod', 'runner', ['runner']), 'evidence');
    await bench.approve(planned, ANA);
    await inForce(planned);
    const items = await bench.store.evidence(planned.id);
    expect(items.find(({ name }) => name === 'events Pod/runner')?.text).toContain('Started');
  });

  it('refuses what changed since the plan, as the server itself sees it', async () => {
    bench.now = Date.now();
    const response = await bench.approved(
      cluster.finding('Deployment', 'miner', []),
      'scale-to-zero',
    );
    await cluster.change('deployment', 'miner', { metadata: { labels: { touched: 'yes' } } });
    await bench.round();
    expect(await bench.read(response)).toMatchObject({
      state: 'failed',
      failure: { code: 'object-changed' },
    });
    expect(valueAt(await cluster.get('deployment', 'miner'), ['spec', 'replicas'])).toBe(2);
  });

  it('refuses by the server’s own words: a disruption budget, a pod that comes back, a missing role', async () => {
    await cluster.ready('runner');
    await cluster.create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'keep' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'runner' } } },
    });
    bench.now = Date.now();
    const code = async (action: ResponseAction, kind: string, name: string, pods: string[] = []) =>
      bench.plan(cluster.finding(kind, name, pods), action).then(
        () => 'planned',
        (error: unknown) => (error as { readonly code?: string }).code,
      );
    await eventually(
      () => code('evict', 'Pod', 'runner', ['runner']),
      (found) => found === 'dry-run-rejected',
    );
    expect(await code('evict', 'Deployment', 'miner')).toBe('owner-recreates');
    await cluster.revoke();
    await eventually(
      () => code('scale-to-zero', 'Deployment', 'miner'),
      (found) => found === 'no-role',
    );
  });
});
