import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { listResponses } from '../../src/respond/requests.ts';
import type { ResponseAction } from '../../src/store/responses.ts';
import { isWrite, type ApiServer } from '../support/apiServer/apiServer.ts';
import { ApiStatus } from '../support/apiServer/status.ts';
import { ANA, BEN, ResponseBench } from '../support/respond/responseBench.ts';
import { MINER, NIGHTLY, RUNNER, startWorld } from '../support/respond/world.ts';

let server: ApiServer;
let bench: ResponseBench;

beforeEach(async () => {
  server = await startWorld();
  bench = await ResponseBench.start(server.kubeconfig('secret'));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  if (bench.warnings.length > 0) throw new Error(bench.warnings.join('\n'));
});

/** Each action: on what, the field that shows it, its value before and while it is in force. */
const ACTIONS: readonly {
  readonly action: ResponseAction;
  readonly finding: Finding;
  readonly select?: 'owner';
  readonly seen: () => unknown;
  readonly before: unknown;
  readonly inForce: unknown;
}[] = [
  {
    action: 'label',
    finding: MINER,
    seen: () => server.get('Pod', 'shop', 'miner-6f-0').metadata?.labels?.['burnwatch.io/suspect'],
    before: undefined,
    inForce: 'cryptojacking',
  },
  {
    action: 'cordon',
    finding: MINER,
    seen: () => specOf('Node', null, 'node-a')['unschedulable'],
    before: undefined,
    inForce: true,
  },
  {
    action: 'scale-to-zero',
    finding: MINER,
    seen: () => specOf('Deployment', 'shop', 'miner')['replicas'],
    before: 2,
    inForce: 0,
  },
  {
    action: 'suspend',
    finding: NIGHTLY,
    seen: () => specOf('CronJob', 'shop', 'nightly')['suspend'],
    before: false,
    inForce: true,
  },
  { action: 'quarantine', finding: MINER, seen: quarantined, before: 'no policy', inForce: 'both' },
  {
    action: 'quarantine',
    finding: MINER,
    select: 'owner',
    seen: quarantined,
    before: 'no policy',
    inForce: 'both',
  },
  {
    action: 'evict',
    finding: RUNNER,
    seen: () => has('Pod', 'runner'),
    before: true,
    inForce: false,
  },
];

function specOf(kind: string, namespace: string | null, name: string): Record<string, unknown> {
  return server.get(kind, namespace, name)['spec'] as Record<string, unknown>;
}

function has(kind: string, name: string): boolean {
  try {
    return server.get(kind, 'shop', name) !== undefined;
  } catch {
    return false;
  }
}

/** Which of the pods the quarantine's policy selects. */
function quarantined(): string {
  const policies = server.list('NetworkPolicy', 'shop');
  const spec = policies[0]?.['spec'];
  if (spec === undefined) return 'no policy';
  const { podSelector, ...rest } = spec as {
    podSelector: { matchLabels: Record<string, string> };
  };
  if (JSON.stringify(rest) !== '{"policyTypes":["Ingress","Egress"]}') return 'allows traffic';
  const names = server
    .list('Pod', 'shop')
    .filter(({ metadata }) =>
      Object.entries(podSelector.matchLabels).every(([k, v]) => metadata?.labels?.[k] === v),
    )
    .map(({ metadata }) => metadata?.name);
  return names.join() === 'miner-6f-0,miner-6f-1' ? 'both' : names.join();
}

describe('each action', () => {
  it.each(ACTIONS)(
    '$action ($select) is planned without a change, done after two approvals, verified, and undone',
    async ({ action, finding, select, seen, before, inForce }) => {
      const objects = JSON.stringify(server.dump());
      const planned = await bench.plan(finding, action, select === undefined ? {} : { select });
      expect(seen()).toEqual(before);
      expect(JSON.stringify(server.dump())).toBe(objects);
      expect(planned).toMatchObject({ state: 'planned', approvals: [] });
      await bench.round();
      expect((await bench.read(planned)).state).toBe('planned');

      const approved = await bench.approved(
        finding,
        action,
        select === undefined ? {} : { select },
      );
      expect(approved.state).toBe('approved');
      await bench.round();
      expect(await bench.read(approved)).toMatchObject({ state: 'verified', failure: null });
      expect(seen()).toEqual(inForce);
      const evidence = await bench.store.evidence(approved.id);
      expect(evidence.map(({ name }) => name.split(' ')[0])).toContain('manifest');

      const writes = server.requests.filter(isWrite).length;
      await bench.round();
      expect(server.requests.filter(isWrite)).toHaveLength(writes);

      await bench.undo(approved);
      await bench.round();
      expect(await bench.read(approved)).toMatchObject({ state: 'undone', notes: [] });
      expect(seen()).toEqual(before);
      expect(JSON.stringify(server.dump())).not.toContain(
        `response.burnwatch.io/${approved.id}":"${action}`,
      );
    },
  );

  it('is undone by itself when its time is over', async () => {
    const response = await bench.approved(MINER, 'scale-to-zero');
    await bench.round();
    bench.pass(DAY_MS - 1);
    await bench.round();
    expect((await bench.read(response)).state).toBe('verified');
    bench.pass(1);
    await bench.round();
    expect(await bench.read(response)).toMatchObject({
      state: 'undone',
      undoneBy: { via: 'daemon' },
    });
    expect(specOf('Deployment', 'shop', 'miner')['replicas']).toBe(2);
  });

  it('evidence takes one approval and changes nothing', async () => {
    const objects = JSON.stringify(server.dump());
    const planned = await bench.plan(MINER, 'evidence');
    await bench.approve(planned, ANA);
    await bench.round();
    expect(await bench.read(planned)).toMatchObject({ state: 'verified', undoAt: null });
    const open = { isOpen: true, namespaces: null, findingId: null, limit: 10 };
    expect(await listResponses(open, bench)).toEqual([]);
    expect(await listResponses({ ...open, isOpen: false }, bench)).toHaveLength(1);
    const items = await bench.store.evidence(planned.id);
    expect(items.find(({ name }) => name === 'log miner-6f-0/app')?.text).toContain('says hello');
    expect(JSON.stringify(server.dump())).toBe(objects);
  });

  it('what others changed in the meantime is left as it is, and said', async () => {
    const response = await bench.approved(MINER, 'scale-to-zero');
    await bench.round();
    const deployment = server.get('Deployment', 'shop', 'miner');
    server.put({ ...deployment, spec: { ...specOf('Deployment', 'shop', 'miner'), replicas: 7 } });
    await bench.undo(response);
    await bench.round();
    const undone = await bench.read(response);
    expect(undone).toMatchObject({ state: 'undone', steps: ['left'] });
    expect(undone.notes[0]).toContain('spec.replicas was changed since');
    expect(specOf('Deployment', 'shop', 'miner')['replicas']).toBe(7);
  });
});

it('evidence says of a pod that is gone that it was not captured', async () => {
  const planned = await bench.plan(RUNNER, 'evidence');
  await bench.approve(planned, ANA);
  server.remove('Pod', 'shop', 'runner');
  await bench.round();
  expect(await bench.store.evidence(planned.id)).toMatchObject([
    { name: 'manifest Pod/runner', text: '', problem: 'it does not exist any more' },
  ]);
});

it('evidence has the open connections where that is on', async () => {
  bench.policy = { ...bench.policy, readConnections: true };
  server.execOutput = {
    stdout: '  1: 0700000A:9C40 097100CB:0D05 01 00000000:00000000 00:00000000 0 0 0 2\n',
    status: { status: 'Failure', message: 'command terminated with exit code 1' },
  };
  const connections = async () => {
    const planned = await bench.plan(RUNNER, 'evidence');
    await bench.approve(planned, ANA);
    await bench.round();
    const items = await bench.store.evidence(planned.id);
    return items.find(({ name }) => name === 'connections Pod/runner');
  };
  const found = await connections();
  expect(found?.text).toContain('10.0.0.7:40000 → 203.0.113.9:3333  ESTABLISHED');
  expect(found?.problem).toBeNull();
  const asked = server.requests.filter(({ path }) => path.endsWith('/exec'));
  expect(asked.map(({ query }) => query.getAll('command'))).toEqual([
    ['cat', '/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6'],
  ]);
  server.execOutput = { stdout: '', status: { kind: 'Status', message: 'exec: "cat": not found' } };
  expect((await connections())?.problem).toContain('"cat": not found');
  server.denials.push({ resource: 'pods/exec' });
  expect((await connections())?.problem).toContain('cannot get resource "pods/exec"');
});

it('a plan names the programs that may set the field back', async () => {
  const deployment = server.get('Deployment', 'shop', 'miner');
  const managedFields = ['kubectl-client-side-apply', 'keda', 'argocd-controller', 'other'].map(
    (manager) => ({
      manager,
      fieldsV1: { 'f:spec': manager === 'other' ? { 'f:paused': {} } : { 'f:replicas': {} } },
    }),
  );
  server.put({ ...deployment, metadata: { ...deployment.metadata, managedFields } });
  const { plan } = await bench.plan(MINER, 'scale-to-zero');
  expect(plan.warnings).toEqual([
    'argocd-controller has set the same field and may set it back',
    'keda has set the same field and may set it back',
  ]);
});

it('a pod that a finalizer keeps is left, and the undoing ends', async () => {
  const response = await bench.approved(RUNNER, 'evict');
  const runner = server.get('Pod', 'shop', 'runner');
  await bench.round();
  const kept = { deletionTimestamp: '2026-11-30T00:00:00Z', finalizers: ['example.com/keep'] };
  server.put({ ...runner, metadata: { ...runner.metadata, ...kept } });
  await bench.undo(response);
  await bench.round();
  expect(await bench.read(response)).toMatchObject({ state: 'undone', steps: ['left'] });
  expect((await bench.read(response)).notes[0]).toContain('example.com/keep');
});

it('a node that was cordoned by another before is not uncordoned', async () => {
  server.put({ ...server.get('Node', null, 'node-a'), spec: { unschedulable: true } });
  await expect(bench.plan(MINER, 'cordon')).rejects.toMatchObject({ code: 'not-applicable' });
});

it('an API server that goes away in the middle: what was begun is finished once it is back', async () => {
  const response = await bench.approved(MINER, 'quarantine');
  const away = { path: '/pods/miner-6f-1', status: new ApiStatus(503, 'Unavailable', 'away') };
  server.onRequest = ({ method }) => {
    if (method === 'POST' && server.faults.length === 0) server.faults.push(away);
  };
  await bench.round();
  expect((await bench.read(response)).state).toBe('executing');
  expect(bench.warnings.splice(0)).toHaveLength(1);
  server.onRequest = () => undefined;
  server.faults.length = 0;
  await bench.round();
  expect(await bench.read(response)).toMatchObject({ state: 'verified', failure: null });
});

it('two daemons at once: each write is made once', async () => {
  const response = await bench.approved(MINER, 'quarantine');
  await Promise.all(['one', 'another', 'third'].map((holder) => bench.round(holder)));
  bench.pass();
  await Promise.all(['another', 'third'].map((holder) => bench.round(holder)));
  expect(await bench.read(response)).toMatchObject({ state: 'verified', failure: null });
  expect(server.requests.filter(isWrite)).toHaveLength(3);
  await bench.undo(response);
  await Promise.all(['one', 'another', 'third'].map((holder) => bench.round(holder)));
  bench.pass();
  await bench.round('third');
  expect(await bench.read(response)).toMatchObject({ state: 'undone', notes: [] });
  expect(server.requests.filter(isWrite)).toHaveLength(6);
});

it('two approvals at once of two responses for a workload: one goes first', async () => {
  const plans = [await bench.plan(MINER, 'label'), await bench.plan(MINER, 'cordon')];
  for (const plan of plans) await bench.approve(plan, ANA);
  const both = await Promise.allSettled(plans.map((plan) => bench.approve(plan, BEN)));
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({
    code: 'already-running',
  });
});

it('an object that changes while it is planned is read again', async () => {
  let changes = 0;
  server.onRequest = ({ method }, moment) => {
    if (method !== 'PATCH' || moment !== 'before' || changes === 2) return;
    changes += 1;
    const deployment = server.get('Deployment', 'shop', 'miner');
    server.put({ ...deployment, status: { observedGeneration: changes } });
  };
  const { plan } = await bench.plan(MINER, 'scale-to-zero');
  expect(changes).toBe(2);
  const { resourceVersion } = server.get('Deployment', 'shop', 'miner').metadata ?? {};
  expect(plan.targets.map(({ version }) => version)).toEqual([resourceVersion]);
});
