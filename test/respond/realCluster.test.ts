import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { valueAt } from '../../src/respond/objects.ts';
import type { Response, ResponseAction } from '../../src/store/responses.ts';
import { renderChart } from '../support/chart.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { ANA, BEN, ResponseBench } from '../support/respond/responseBench.ts';
import { suspect } from '../support/respond/world.ts';
import { eventually } from '../support/waiting.ts';

/**
 * The same actions against a real API server with its controllers and kubelet, by a ServiceAccount that has the chart's
 * roles and nothing else. `npm run cluster` starts one; its kubeconfig goes into BURNWATCH_TEST_KUBECONFIG, an image
 * with a shell into BURNWATCH_TEST_IMAGE.
 */
const KUBECONFIG = process.env['BURNWATCH_TEST_KUBECONFIG'] ?? '';
const IMAGE = process.env['BURNWATCH_TEST_IMAGE'] ?? 'busybox:1.36';
const NAMESPACE = 'burnwatch-respond';
const run = promisify(execFile);

let bench: ResponseBench;
let node = '';

/** kubectl gives up after ten seconds of a TLS handshake: on a busy machine it is run again. */
async function kubectl(args: readonly string[], input?: unknown, left = 5): Promise<string> {
  const program = await findKubeTool('kubectl');
  const running = run(program, [`--kubeconfig=${KUBECONFIG}`, ...args], { maxBuffer: 2 ** 26 });
  if (input !== undefined) running.child.stdin?.end(JSON.stringify(input));
  try {
    return (await running).stdout;
  } catch (error) {
    if (left === 0 || !/Unable to connect|timeout|refused/.test(String(error))) throw error;
    return kubectl(args, input, left - 1);
  }
}

async function get(kind: string, name: string): Promise<RawObject | null> {
  const inside = kind === 'node' ? [] : ['-n', NAMESPACE];
  const text = await kubectl(['get', kind, name, ...inside, '--ignore-not-found', '-o', 'json']);
  return text === '' ? null : (JSON.parse(text) as RawObject);
}

const create = (object: object) =>
  kubectl(['-n', NAMESPACE, 'apply', '--server-side', '-f', '-'], object);
const change = (kind: string, name: string, patch: object) =>
  kubectl(['-n', NAMESPACE, 'patch', kind, name, '--type=merge', '-p', JSON.stringify(patch)]);

/** Waits for a shell's input for ever: without a command, so that an evicted pod can be made again. */
const CONTAINER = { name: 'app', image: IMAGE, imagePullPolicy: 'IfNotPresent', stdin: true };
const POD = {
  terminationGracePeriodSeconds: 1,
  automountServiceAccountToken: false,
  containers: [{ ...CONTAINER, tty: true }],
};

async function makeRunner(): Promise<void> {
  const metadata = { name: 'runner', labels: { app: 'runner' } };
  await create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: POD });
  await runnerReady();
}

async function runnerReady(): Promise<void> {
  await kubectl(['-n', NAMESPACE, 'wait', 'pod/runner', '--for=condition=Ready', '--timeout=300s']);
}

async function podsOf(app: string): Promise<readonly string[]> {
  const args = ['-n', NAMESPACE, 'get', 'pods', '-l', `app=${app}`, '-o', 'json'];
  const { items } = JSON.parse(await kubectl(args)) as { readonly items: readonly RawObject[] };
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata?.name ?? '')
    .sort();
}

function finding(kind: string, name: string, pods: readonly string[]) {
  const scope = { namespace: NAMESPACE, workload: { kind, name }, container: null, subject: null };
  return suspect(kind, name, pods, { scope, lastSeen: Date.now() });
}

/** A kubeconfig of a ServiceAccount with the roles that the chart makes where responses are on. */
async function kubeconfigOfChart(): Promise<string> {
  const approvers = [
    { name: 'ana', token: 'ana' },
    { name: 'ben', token: 'ben' },
  ];
  const objects = await renderChart({
    fullnameOverride: NAMESPACE,
    config: { response: { enabled: true, approvers } },
    rbac: { responseMakesPods: true },
  });
  const roles = objects.filter(({ kind }) => kind.startsWith('ClusterRole'));
  for (const { kind, subjects = [] } of roles)
    if (kind === 'ClusterRoleBinding') for (const one of subjects) one.namespace = NAMESPACE;
  await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items: roles });
  await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAMESPACE } });
  const token = await kubectl(['-n', NAMESPACE, 'create', 'token', NAMESPACE]);
  const view = await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']);
  const config = JSON.parse(view) as { users: { name: string; user: object }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token: token.trim() } }));
  return JSON.stringify({ ...config, users });
}

const isReal = KUBECONFIG !== '' && readFileSync(KUBECONFIG, 'utf8') !== '';

describe.skipIf(!isReal)('on a real API server', () => {
  beforeAll(async () => {
    await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found']);
    await kubectl(['create', 'namespace', NAMESPACE]);
    bench = await ResponseBench.start(await kubeconfigOfChart());
    const selector = { matchLabels: { app: 'miner' } };
    const template = { metadata: { labels: { app: 'miner' } }, spec: POD };
    const miner = { name: 'miner' };
    const spec = { replicas: 2, selector, template };
    await create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: miner, spec });
    const jobTemplate = { spec: { template: { spec: { ...POD, restartPolicy: 'Never' } } } };
    await create({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: { schedule: '0 3 29 2 *', jobTemplate },
    });
    await makeRunner();
    const settled = ['wait', 'deployment/miner', '--for=condition=Available', '--timeout=300s'];
    await kubectl(['-n', NAMESPACE, ...settled]);
    const pod = await get('pod', (await podsOf('miner'))[0] ?? '');
    node = String(valueAt(pod, ['spec', 'nodeName']));
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await kubectl([
      'delete',
      'clusterrole,clusterrolebinding',
      '-l',
      `app.kubernetes.io/name=burnwatch`,
    ]);
    await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
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
      seen: async () => labelled('burnwatch.io/suspect=cryptojacking'),
      before: 0,
      during: 2,
    },
    {
      action: 'quarantine',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => [await labelled('burnwatch.io/quarantine'), await policies()],
      before: [0, 0],
      during: [2, 1],
    },
    {
      action: 'quarantine',
      select: 'owner',
      kind: 'Deployment',
      name: 'miner',
      seen: policies,
      before: 0,
      during: 1,
    },
    {
      action: 'cordon',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => valueAt(await get('node', node), ['spec', 'unschedulable']),
      before: null,
      during: true,
    },
    {
      action: 'suspend',
      kind: 'CronJob',
      name: 'nightly',
      seen: async () => valueAt(await get('cronjob', 'nightly'), ['spec', 'suspend']),
      before: false,
      during: true,
    },
    {
      action: 'scale-to-zero',
      kind: 'Deployment',
      name: 'miner',
      seen: async () => valueAt(await get('deployment', 'miner'), ['spec', 'replicas']),
      before: 2,
      during: 0,
    },
  ])(
    '$action ($select): planned, approved, executed, verified, undone',
    async ({ action, select, kind, name, seen, before, during }) => {
      const pods = kind === 'CronJob' ? [] : await podsOf('miner');
      expect(await seen()).toEqual(before);
      bench.now = Date.now();
      const more = select === undefined ? {} : { select };
      const response = await bench.approved(finding(kind, name, pods), action, more);
      expect(await seen()).toEqual(before);
      await inForce(response);
      expect(await seen()).toEqual(during);
      await takenBack(response);
      expect(await seen()).toEqual(before);
    },
  );

  it('evict: a bare pod is gone, and made again', async () => {
    const uid = (await get('pod', 'runner'))?.metadata?.uid;
    bench.now = Date.now();
    const response = await bench.approved(finding('Pod', 'runner', ['runner']), 'evict');
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
    const again = (await get('pod', 'runner'))?.metadata?.uid;
    expect(again).toBeDefined();
    expect(again).not.toBe(uid);
  });

  it('evidence: one approval, the logs and events of the kubelet', async () => {
    await runnerReady();
    bench.now = Date.now();
    const planned = await bench.plan(finding('Pod', 'runner', ['runner']), 'evidence');
    await bench.approve(planned, ANA);
    await inForce(planned);
    const items = await bench.store.evidence(planned.id);
    expect(items.find(({ name }) => name === 'events Pod/runner')?.text).toContain('Started');
  });

  it('refuses what changed since the plan, as the server itself sees it', async () => {
    bench.now = Date.now();
    const response = await bench.approved(finding('Deployment', 'miner', []), 'scale-to-zero');
    await change('deployment', 'miner', { metadata: { labels: { touched: 'yes' } } });
    await bench.round();
    expect(await bench.read(response)).toMatchObject({
      state: 'failed',
      failure: { code: 'object-changed' },
    });
    expect(valueAt(await get('deployment', 'miner'), ['spec', 'replicas'])).toBe(2);
  });

  it('refuses by the server’s own words: a disruption budget, a pod that comes back, a missing role', async () => {
    await runnerReady();
    await create({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'keep' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'runner' } } },
    });
    bench.now = Date.now();
    const code = async (action: ResponseAction, kind: string, name: string, pods: string[] = []) =>
      bench.plan(finding(kind, name, pods), action).then(
        () => 'planned',
        (error: unknown) => (error as { readonly code?: string }).code,
      );
    await eventually(
      () => code('evict', 'Pod', 'runner', ['runner']),
      (found) => found === 'dry-run-rejected',
    );
    expect(await code('evict', 'Deployment', 'miner')).toBe('owner-recreates');
    await kubectl(['delete', 'clusterrolebinding', '-l', 'app.kubernetes.io/name=burnwatch']);
    await eventually(
      () => code('scale-to-zero', 'Deployment', 'miner'),
      (found) => found === 'no-role',
    );
  });

  function labelled(selector: string): Promise<number> {
    return count('pods', '-l', selector);
  }

  function policies(): Promise<number> {
    return count('networkpolicies');
  }

  async function count(...what: readonly string[]): Promise<number> {
    const text = await kubectl(['-n', NAMESPACE, 'get', ...what, '-o', 'name']);
    return text.split('\n').filter((line) => line !== '').length;
  }
});
