import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { listResponses } from '../../src/respond/requests.ts';
import type { ResponseAction } from '../../src/store/responses.ts';
import { isWrite, type ApiServer } from '../support/apiServer/apiServer.ts';
import { ANA, ResponseBench } from '../support/respond/responseBench.ts';
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
