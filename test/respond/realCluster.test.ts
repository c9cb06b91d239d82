import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueAt } from '../../src/respond/objects.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import type { Response, ResponseAction } from '../../src/store/responses.ts';
import { IS_REAL, RealCluster } from '../support/respond/realCluster.ts';
import {
  ANA,
  ANA_TOKEN,
  BEN,
  MALLORY,
  ResponseBench,
  RITA,
} from '../support/respond/responseBench.ts';
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
    const listener = 'nc -l -p 9999 </dev/null >/dev/null 2>&1 & sleep 1';
    await cluster.inside('exec', 'runner', '--', 'sh', '-c', listener);
    bench.policy = { ...bench.policy, readConnections: true };
    bench.now = Date.now();
    const planned = await bench.plan(cluster.finding('Pod', 'runner', ['runner']), 'evidence');
    await bench.approve(planned, ANA);
    await inForce(planned);
    const items = await bench.store.evidence(planned.id);
    expect(items.find(({ name }) => name === 'events Pod/runner')?.text).toContain('Started');
    const connections = items.find(({ name }) => name === 'connections Pod/runner');
    expect(connections?.problem).toBeNull();
    expect(connections?.text).toMatch(/:9999 → \S+:0  LISTEN/);
  });

  /** The code of a refusal, or the state that was reached. */
  async function code(work: Promise<Response>): Promise<string> {
    bench.now = Date.now();
    try {
      const response = await work;
      // Only so many plans may wait: those of a loop are taken back.
      const isNew = response.state === 'planned' && response.approvals.length === 0;
      if (isNew) await bench.undo(response, RITA);
      return response.state;
    } catch (error) {
      return (error as { readonly code?: string }).code ?? String(error);
    }
  }
  const miner = () => cluster.finding('Deployment', 'miner', []);

  it('refuses what the configuration and the approvers do not allow', async () => {
    const before = bench.policy;
    bench.policy = { ...before, enabled: false };
    expect(await code(bench.plan(miner(), 'label'))).toBe('not-enabled');
    bench.policy = { ...before, protectedNamespaces: [cluster.namespace] };
    expect(await code(bench.plan(miner(), 'label'))).toBe('protected-namespace');
    bench.policy = before;
    const planned = await bench.plan(miner(), 'label', { by: ANA_TOKEN });
    expect(await code(bench.approve(planned, MALLORY))).toBe('approver-not-allowed');
    expect(await code(bench.approve(planned, ANA))).toBe('requester-approves');
    expect(await code(bench.approve(planned, BEN))).toBe('planned');
    expect(await code(bench.approve(planned, BEN))).toBe('same-approver-twice');
    bench.now = Date.now() + 16 * MINUTE_MS;
    await expect(bench.approve(planned, BEN)).rejects.toMatchObject({ code: 'expired' });
    bench.now = Date.now();
    const first = await bench.approved(miner(), 'label');
    expect(await code(bench.plan(miner(), 'quarantine'))).toBe('already-running');
    await bench.undo(first);
    expect((await bench.read(first)).state).toBe('withdrawn');
  });

  it('refuses what a quota or an admission policy rejects in the dry run', async () => {
    const hard = { 'count/networkpolicies.networking.k8s.io': '0' };
    await cluster.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard },
    });
    await eventually(
      () => code(bench.plan(miner(), 'quarantine')),
      (found) => found === 'dry-run-rejected',
    );
    expect(await cluster.count('networkpolicies')).toBe(0);
    await cluster.inside('delete', 'resourcequota', 'none');
    const name = `${cluster.namespace}-frozen`;
    const rule = {
      apiGroups: ['apps'],
      apiVersions: ['v1'],
      operations: ['UPDATE'],
      resources: ['deployments/scale'],
    };
    const policy = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
    const matchResources = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': cluster.namespace } },
    };
    await cluster.create({
      ...policy,
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'false', message: 'frozen for the release' }],
      },
    });
    await cluster.create({
      ...policy,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: name, validationActions: ['Deny'], matchResources },
    });
    try {
      await eventually(
        () => code(bench.plan(miner(), 'scale-to-zero')),
        (found) => found === 'dry-run-rejected',
      );
    } finally {
      for (const kind of ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'])
        await cluster.inside('delete', kind, name);
    }
    await eventually(
      () => code(bench.plan(miner(), 'scale-to-zero')),
      (found) => found === 'planned',
    );
  });

  it('refuses a quarantine that selects a pod of another owner, and names who scales', async () => {
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'decoy', labels: { app: 'miner' } },
      spec: { containers: [{ name: 'app', image: 'none.invalid/none:1' }] },
    });
    const byOwner = bench.plan(miner(), 'quarantine', { select: 'owner' });
    expect(await code(byOwner)).toBe('selects-others');
    await cluster.inside('delete', 'pod', 'decoy', '--grace-period=0', '--force');
    await cluster.inside(
      'patch',
      'deployment',
      'miner',
      '--type=merge',
      '--field-manager=argocd-controller',
      '-p',
      '{"spec":{"replicas":3}}',
    );
    const { plan } = await bench.plan(miner(), 'scale-to-zero');
    expect(plan.warnings).toContain('argocd-controller has set the same field and may set it back');
    await cluster.change('deployment', 'miner', { spec: { replicas: 2 } });
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
    await eventually(
      () => code(bench.plan(cluster.finding('Pod', 'runner', ['runner']), 'evict')),
      (found) => found === 'dry-run-rejected',
    );
    expect(await code(bench.plan(miner(), 'evict'))).toBe('owner-recreates');
    await cluster.revoke();
    await eventually(
      () => code(bench.plan(miner(), 'scale-to-zero')),
      (found) => found === 'no-role',
    );
  });
});
