import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { RefusalCode } from '../../src/respond/refusals.ts';
import type { Response } from '../../src/store/responses.ts';
import { isWrite, type ApiServer } from '../support/apiServer/apiServer.ts';
import { ApiStatus } from '../support/apiServer/status.ts';
import {
  ANA,
  ANA_TOKEN,
  BEN,
  MALLORY,
  ResponseBench,
  RITA,
} from '../support/respond/responseBench.ts';
import { MINER, pod, RUNNER, startWorld, suspect } from '../support/respond/world.ts';

let server: ApiServer;
let bench: ResponseBench;

beforeEach(async () => {
  server = await startWorld();
  bench = await ResponseBench.start(server.kubeconfig('secret'));
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const refused = (code: RefusalCode) => expect.objectContaining({ name: 'ResponseRefused', code });

/** The code of a refusal: nothing was changed in the cluster, and the audit log has it. */
async function refusal(work: Promise<Response>): Promise<string> {
  const before = JSON.stringify(server.dump());
  const { code = 'no code' } = (await work.then(
    () => ({ code: 'not refused' }),
    (error: unknown) => error,
  )) as { readonly code?: string };
  const entries = await bench.audit.list({ before: null, subject: null, limit: 1 });
  if (entries[0]?.detail['code'] !== code) return `${code}, and not in the audit log`;
  return JSON.stringify(server.dump()) === before ? code : `${code}, but the cluster changed`;
}

/** Why an approved response was not executed; nothing was written. */
async function failure(response: Response): Promise<string> {
  const before = JSON.stringify(server.dump());
  await bench.round();
  const { state, failure: reason } = await bench.read(response);
  const code = reason?.code ?? state;
  const isUntouched =
    JSON.stringify(server.dump()) === before && !server.requests.some((one) => isWrite(one));
  return isUntouched ? code : `${code}, but the cluster changed`;
}

function relabel(kind: string, name: string): void {
  const object = server.get(kind, 'shop', name);
  const labels = { ...object.metadata?.labels, touched: 'yes' };
  server.put({ ...object, metadata: { ...object.metadata, labels } });
}

describe('the twelve refusals', () => {
  it('not-enabled: off by default, also between approval and execution', async () => {
    const approved = await bench.approved(MINER, 'scale-to-zero');
    bench.policy = { ...bench.policy, enabled: false };
    expect(await refusal(bench.plan(MINER, 'label'))).toBe('not-enabled');
    expect(await failure(approved)).toBe('not-enabled');
  });

  it('no-role: the API server does not allow the write, or the reading before it', async () => {
    server.denials.push({ resource: 'deployments.apps/scale' });
    expect(await refusal(bench.plan(MINER, 'scale-to-zero'))).toBe('no-role');
    server.denials.push({ resource: 'pods', verb: 'list' });
    expect(await refusal(bench.plan(MINER, 'label'))).toBe('no-role');
  });

  it('no-role, lost after the approval: nothing is begun', async () => {
    const approved = await bench.approved(MINER, 'scale-to-zero');
    server.denials.push({ resource: 'deployments.apps/scale' });
    expect(await failure(approved)).toBe('no-role');
  });

  it.each(['kube-system', 'burnwatch', 'payments'])(
    'protected-namespace: %s',
    async (namespace) => {
      const scope = { ...MINER.scope, namespace };
      expect(await refusal(bench.plan({ ...MINER, scope }, 'label'))).toBe('protected-namespace');
    },
  );

  it('protected-namespace: protected after the approval', async () => {
    const approved = await bench.approved(MINER, 'label');
    bench.policy = { ...bench.policy, protectedNamespaces: ['shop'] };
    expect(await failure(approved)).toBe('protected-namespace');
  });

  it.each([
    ['scale-to-zero', () => relabel('Deployment', 'miner')],
    ['label', () => relabel('Pod', 'miner-6f-1')],
    ['quarantine', () => server.remove('Pod', 'shop', 'miner-6f-1')],
    [
      'label',
      () => {
        server.remove('Pod', 'shop', 'miner-6f-0');
        server.put(pod('miner-6f-0', { app: 'web' }, null));
      },
    ],
  ] as const)('object-changed: %s, after the approvals (%#)', async (action, change) => {
    const approved = await bench.approved(MINER, action);
    change();
    expect(await failure(approved)).toBe('object-changed');
  });

  it('object-changed: a pod of the finding’s name is of another workload', async () => {
    server.remove('Pod', 'shop', 'miner-6f-0');
    const owner = {
      ownerReferences: [
        { kind: 'ReplicaSet', name: 'web-6f', uid: 'uid-web-6f', controller: true },
      ],
    };
    server.put(pod('miner-6f-0', { app: 'miner' }, owner));
    expect(await refusal(bench.plan(MINER, 'quarantine'))).toBe('object-changed');
  });

  it('object-changed: an approval of another plan, and a plan changed in the database', async () => {
    const planned = await bench.plan(MINER, 'label');
    expect(await refusal(bench.approve(planned, ANA, '0'.repeat(64)))).toBe('object-changed');
    const approved = await bench.approved(MINER, 'label');
    // By hand, from labelling to scaling down.
    const forged = { ...approved, action: 'scale-to-zero', version: approved.version + 1 } as const;
    await bench.store.change(forged, null);
    expect(await failure(approved)).toBe('object-changed');
  });

  it('owner-recreates: a pod of a Deployment, a workload of an operator, a static pod', async () => {
    expect(await refusal(bench.plan(MINER, 'evict'))).toBe('owner-recreates');
    const deployment = server.get('Deployment', 'shop', 'miner');
    const ownerReferences = [{ kind: 'Kafka', name: 'k', uid: 'u', controller: true }];
    server.put({ ...deployment, metadata: { ...deployment.metadata, ownerReferences } });
    expect(await refusal(bench.plan(MINER, 'scale-to-zero'))).toBe('owner-recreates');
    const bootstrap = suspect('StaticPod', 'bootstrap', ['bootstrap']);
    expect(await refusal(bench.plan(bootstrap, 'evict'))).toBe('owner-recreates');
  });

  it('approver-not-allowed: not in the list, or taken from it after the approval', async () => {
    const planned = await bench.plan(MINER, 'label');
    expect(await refusal(bench.approve(planned, MALLORY))).toBe('approver-not-allowed');
    const slackName = { ...MALLORY, who: 'slack:U0MALLORY (ana)' };
    expect(await refusal(bench.approve(planned, slackName))).toBe('approver-not-allowed');
    const approved = await bench.approved(MINER, 'label');
    const { approvers } = bench.policy;
    bench.policy = { ...bench.policy, approvers: approvers.filter(({ name }) => name !== 'ben') };
    expect(await failure(approved)).toBe('approver-not-allowed');
  });

  it('same-approver-twice: again, or once in Slack and once with a token', async () => {
    const planned = await bench.plan(MINER, 'label');
    await bench.approve(planned, ANA);
    expect(await refusal(bench.approve(planned, ANA))).toBe('same-approver-twice');
    expect(await refusal(bench.approve(planned, ANA_TOKEN))).toBe('same-approver-twice');
    expect((await bench.read(planned)).state).toBe('planned');
  });

  it('requester-approves: by the same or by another of their identities', async () => {
    const planned = await bench.plan(MINER, 'evidence', { by: ANA_TOKEN });
    expect(await refusal(bench.approve(planned, ANA_TOKEN))).toBe('requester-approves');
    expect(await refusal(bench.approve(planned, ANA))).toBe('requester-approves');
  });

  it('expired: approvals and the start come within 15 minutes, and a clock set back gains nothing', async () => {
    const planned = await bench.plan(MINER, 'label');
    await bench.approve(planned, ANA);
    bench.pass(15 * MINUTE_MS);
    expect(await refusal(bench.approve(planned, BEN))).toBe('expired');
    bench.pass(-HOUR_MS);
    expect(await refusal(bench.approve(planned, BEN))).toBe('expired');
    bench.pass(HOUR_MS);
    await bench.round();
    expect((await bench.read(planned)).state).toBe('expired');
    const approved = await bench.approved(MINER, 'label');
    bench.pass(16 * MINUTE_MS);
    expect(await failure(approved)).toBe('expired');
  });

  it('dry-run-rejected: a PodDisruptionBudget, an admission webhook, a quota', async () => {
    server.put({
      kind: 'PodDisruptionBudget',
      metadata: { name: 'keep', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'runner' } } },
      status: { disruptionsAllowed: 0 },
    });
    expect(await refusal(bench.plan(RUNNER, 'evict'))).toBe('dry-run-rejected');
    const denied = 'admission webhook "policy.example.com" denied the request: frozen';
    server.faults.push({ path: '/scale', status: new ApiStatus(403, 'Forbidden', denied) });
    expect(await refusal(bench.plan(MINER, 'scale-to-zero'))).toBe('dry-run-rejected');
  });

  it('selects-others: the owner’s labels are on another pod, too', async () => {
    server.put(pod('decoy', { app: 'miner' }, null));
    const by = { select: 'owner' } as const;
    expect(await refusal(bench.plan(MINER, 'quarantine', by))).toBe('selects-others');
  });

  it('selects-others: another pod gets the label while it is put on: undone', async () => {
    const approved = await bench.approved(MINER, 'quarantine');
    server.onRequest = ({ method, path, query }, moment) => {
      if (method !== 'PATCH' || query.has('dryRun') || moment !== 'after') return;
      if (path.endsWith('/miner-6f-1'))
        server.put(pod('victim', { 'burnwatch.io/quarantine': approved.id }, null));
    };
    await bench.round();
    expect(await bench.read(approved)).toMatchObject({
      state: 'failed',
      failure: { code: 'selects-others' },
      steps: ['undone', 'undone', 'undone'],
    });
    expect(server.list('NetworkPolicy', 'shop')).toEqual([]);
  });

  it('requester-approves: also where the requester’s identity is in no entry but has an approver’s name', async () => {
    const by = {
      who: 'Ben',
      via: 'cli',
      from: 'host',
      proof: { kind: 'user', id: 'Ben' },
    } as const;
    const planned = await bench.plan(MINER, 'label', { by });
    expect(await refusal(bench.approve(planned, by))).toBe('approver-not-allowed');
    expect(await refusal(bench.approve(planned, BEN))).toBe('requester-approves');
    expect((await bench.approve(planned, ANA)).approvals).toHaveLength(1);
  });

  it('already-running: one response at a time for a workload', async () => {
    const second = await bench.plan(MINER, 'scale-to-zero');
    await bench.approve(second, ANA);
    const first = await bench.approved(MINER, 'label');
    expect(await refusal(bench.approve(second, BEN))).toBe('already-running');
    expect(await refusal(bench.plan(MINER, 'cordon'))).toBe('already-running');
    await bench.round();
    expect((await bench.read(first)).state).toBe('verified');
    expect((await bench.approve(second, BEN)).state).toBe('approved');
  });
});

describe('and what does not apply', () => {
  it.each([
    ['scale-to-zero', RUNNER],
    ['suspend', MINER],
    ['label', { ...MINER, state: 'resolved' }],
    ['label', { ...MINER, cluster: 'another' }],
    ['label', { ...MINER, scope: { ...MINER.scope, namespace: null } }],
  ] as const)('%s (%#)', async (action, finding) => {
    await expect(bench.plan(finding, action)).rejects.toEqual(refused('not-applicable'));
  });

  it('names from outside are names, never paths', async () => {
    const workload = { kind: 'Deployment', name: '../../kube-system/deployments/coredns' };
    const finding = suspect(workload.kind, workload.name, ['../x?dryRun=']);
    await expect(bench.plan(finding, 'scale-to-zero')).rejects.toEqual(refused('not-found'));
    expect(server.requests.every(({ path }) => !path.includes('kube-system/'))).toBe(true);
    for (const scope of [
      { ...MINER.scope, workload: { kind: 'Deployment', name: '..' } },
      { ...MINER.scope, namespace: '..' },
      { ...MINER.scope, namespace: 'shop/../kube-system' },
    ]) {
      const asked = server.requests.length;
      await expect(bench.plan({ ...MINER, scope }, 'label')).rejects.toEqual(refused('not-found'));
      expect(server.requests).toHaveLength(asked);
    }
    const odd = suspect('constructor', 'x', ['__proto__']);
    await expect(bench.plan(odd, 'label')).rejects.toEqual(refused('not-found'));
  });

  it('an approval of what was done is late, not expired', async () => {
    const done = await bench.approved(MINER, 'label');
    await bench.round();
    bench.pass(HOUR_MS);
    await expect(bench.approve(done, ANA)).rejects.toEqual(refused('wrong-state'));
    await bench.undo(done);
    await bench.round();
    await expect(bench.approve(done, BEN)).rejects.toEqual(refused('wrong-state'));
  });

  it('what is not known, or not verified to be somebody', async () => {
    const planned = await bench.plan(MINER, 'label');
    const local = { who: 'ana', via: 'page', from: '127.0.0.1', proof: null } as const;
    await expect(bench.approve(planned, local)).rejects.toEqual(refused('approver-not-allowed'));
    await expect(bench.undo(planned, MALLORY)).rejects.toEqual(refused('approver-not-allowed'));
    expect(await bench.undo(planned, RITA)).toMatchObject({ state: 'withdrawn' });
    await expect(bench.approve(planned, ANA)).rejects.toEqual(refused('wrong-state'));
    const none = { ...planned, id: 'none' };
    await expect(bench.approve(none, ANA)).rejects.toEqual(refused('not-found'));
  });
});

it('the story of one response is in the audit log, also what was refused', async () => {
  const planned = await bench.plan(MINER, 'scale-to-zero');
  await bench.approve(planned, MALLORY).catch(() => undefined);
  await bench.approve(planned, ANA);
  await bench.approve(planned, ANA_TOKEN).catch(() => undefined);
  await bench.approve(planned, BEN);
  await bench.round();
  await bench.undo(planned, BEN);
  await bench.round();
  expect(await bench.story(planned)).toEqual([
    'api rita-token plan',
    'slack slack:U0MALLORY (mallory) approve refused approver-not-allowed',
    'slack ana (slack:U0ANA0001 (ana)) approve',
    'api ana (ana-token) approve refused same-approver-twice',
    'api ben (ben-token) approve',
    'daemon burnwatch execute',
    'daemon burnwatch evidence',
    'daemon burnwatch step.writing',
    'daemon burnwatch step.done',
    'daemon burnwatch verify',
    'api ben (ben-token) undo',
    'daemon burnwatch step.undoing',
    'daemon burnwatch step.undone',
    'daemon burnwatch undone',
  ]);
});
