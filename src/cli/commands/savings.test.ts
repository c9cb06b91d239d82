import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aContainer,
  aNode,
  aPod,
  aSnapshot,
  pricedWindow,
  pricing,
} from '../../../test/support/cost.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { WindowRecord } from '../../store/history.ts';

/** A Monday; windows of an hour for three weeks. On day 12 at 9:00 two requests change as they were advised. */
const START = Date.UTC(2026, 10, 2);
const DAYS = 21;
const NOW = START + DAYS * DAY_MS;
const CHANGED = START + 12 * DAY_MS + 9 * HOUR_MS;
const MIB = 2 ** 20;
const RULES = pricing({ cpuCoreHour: 0.04, ramGiBHour: 0.004 });

let temp: TempHistory;
let config: string;

/** What one pod asks for and uses. */
function pod(
  name: string,
  node: string,
  container: Parameters<typeof aContainer>[0],
  namespace = 'shop',
) {
  const workload = { kind: 'Deployment', name: name.replace(/-\d$/, '') };
  const containers = [
    aContainer({
      cpuUsageCores: 0.1,
      ramUsageBytes: 150 * MIB,
      ramPeakBytes: 200 * MIB,
      throttledShare: 0,
      ...container,
    }),
  ];
  const network = { networkReceiveBytesPerSecond: 10, networkTransmitBytesPerSecond: 10 };
  return aPod({ name, namespace, workload, node, containers, ...network });
}

function windowAt(start: TimeMs): WindowRecord {
  const at = new Date(start);
  const isOffice = at.getUTCDay() % 6 !== 0 && at.getUTCHours() >= 8 && at.getUTCHours() < 18;
  const isAfter = start >= CHANGED;
  // Twice a day after the change, memory is not enough any more.
  const isKilled = isAfter && at.getUTCHours() % 12 === 10;
  const killed = isKilled ? { restarts: 1, lastTerminatedReason: 'OOMKilled' } : { restarts: 0 };
  const ram = {
    ramRequestBytes: (isAfter ? 230 : 1024) * MIB,
    ramLimitBytes: (isAfter ? 230 : 1024) * MIB,
  };
  const nodes = ['n1', 'n2', 'n3'].map((name) =>
    aNode({
      name,
      cpuCores: 8,
      ramBytes: 32 * 2 ** 30,
      labels: { 'node.kubernetes.io/instance-type': 'm5.2xlarge' },
    }),
  );
  const snapshot = aSnapshot({
    window: { start, end: start + HOUR_MS },
    nodes,
    pods: [
      pod('web-1', 'n1', {
        cpuRequestCores: isAfter ? 0.12 : 1,
        ...ram,
        ramRequestBytes: 230 * MIB,
        ramLimitBytes: null,
      }),
      pod('web-2', 'n2', {
        cpuRequestCores: isAfter ? 0.12 : 1,
        ...ram,
        ramRequestBytes: 230 * MIB,
        ramLimitBytes: null,
      }),
      pod('cart-1', 'n2', { cpuRequestCores: 0.12, ...ram, ...killed }),
      pod(
        'preview-1',
        'n3',
        { cpuRequestCores: 1, cpuUsageCores: isOffice ? 0.9 : 0.004, ramRequestBytes: 2 ** 30 },
        'dev',
      ),
    ],
    volumes: [
      {
        namespace: 'shop',
        claim: 'old-data',
        storageClass: null,
        volume: 'pv-1',
        bytes: 500 * 2 ** 30,
        mountedBy: [],
        boundShare: 1,
        exportedPriceGiBHour: null,
      },
    ],
    loadBalancers: [
      { namespace: 'shop', name: 'legacy', upShare: 1 },
      { namespace: 'shop', name: 'web', upShare: 1 },
    ],
  });
  const workloadEvents =
    start !== CHANGED
      ? []
      : ['web', 'cart'].map((name) => ({
          at: CHANGED,
          type: 'requests' as const,
          namespace: 'shop',
          workload: { kind: 'Deployment', name },
          container: 'app',
          text: '',
          before: 'cpu 1',
          after: 'cpu 120m',
        }));
  return { ...pricedWindow(snapshot, RULES, START + HOUR_MS), workloadEvents };
}

const object = (
  kind: string,
  apiVersion: string,
  namespace: string,
  name: string,
  spec: object,
) => ({
  kind,
  apiVersion,
  metadata: { namespace, name, uid: `${kind}-${name}` },
  spec,
});
const deployment = (namespace: string, name: string) =>
  object('Deployment', 'apps/v1', namespace, name, {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app' }] } },
  });
const balancer = (name: string) =>
  object('Service', 'v1', 'shop', name, {
    type: 'LoadBalancer',
    selector: { app: name },
    ports: [{ port: 80 }],
  });

beforeAll(async () => {
  temp = new TempHistory();
  const writer = await temp.openWriter('history', { windowMs: HOUR_MS });
  const starts = Array.from({ length: DAYS * 24 }, (_, hour) => START + hour * HOUR_MS);
  for (let at = 0; at < starts.length; at += 24)
    await writer.recordWindows(starts.slice(at, at + 24).map(windowAt));
  await writer.close();
  const specs = join(temp.folder, 'specs.json');
  const items = [
    { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'shop' } },
    deployment('shop', 'web'),
    deployment('shop', 'cart'),
    deployment('dev', 'preview'),
    balancer('web'),
    balancer('legacy'),
    object('StatefulSet', 'apps/v1', 'shop', 'none', {
      template: { metadata: { labels: { app: 'none' } } },
    }),
    object('DaemonSet', 'apps/v1', 'shop', 'none', {
      template: { metadata: { labels: { app: 'none' } } },
    }),
    object('PersistentVolumeClaim', 'v1', 'shop', 'other', {}),
    object('Pod', 'v1', 'shop', 'web-1', { containers: [{ name: 'app' }] }),
  ];
  writeFileSync(specs, JSON.stringify({ kind: 'List', apiVersion: 'v1', items }));
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      cluster: 'test',
      prometheus: { url: 'http://127.0.0.1:9', attempts: 1 },
      history: { path: temp.path('history') },
      workloads: { source: 'file', path: specs },
      pricing: { cpuCoreHour: 0.04, ramGiBHour: 0.004 },
    }),
  );
});
afterAll(() => temp[Symbol.dispose]());

const run = (...args: readonly string[]) =>
  runCommand(['savings', '--config', config, ...args], () => NOW);

interface Action {
  readonly kind: string;
  readonly subject: string;
  readonly savingPerMonth: number;
  readonly why: string;
  readonly commands: readonly string[];
}

describe('savings', () => {
  it('names nodes, sleepers, volumes and load balancers with money and a command', async () => {
    const { code, out } = await run('-o', 'json');
    expect(code).toBe(0);
    const actions = JSON.parse(out) as readonly Action[];
    const node = (8 * 0.04 + 32 * 0.004) * 730;
    const of = (kind: string) => actions.filter((action) => action.kind === kind);
    expect(of('idle-node').map(({ subject }) => subject)).toEqual(['Node/n1', 'Node/n2']);
    expect(of('idle-node')[0]).toMatchObject({
      savingPerMonth: expect.closeTo(node, 6),
      why: expect.stringContaining('fit on n3'),
      commands: ['kubectl --context test drain n1 --ignore-daemonsets --delete-emptydir-data'],
    });
    expect(of('oversized-node')).toMatchObject([
      { subject: 'Node/n3', savingPerMonth: expect.closeTo(node / 2, 6) },
    ]);
    // A core and a GiB, for all but 5 × 12 of 168 hours.
    expect(of('sleep')).toMatchObject([
      {
        subject: 'Deployment/preview',
        savingPerMonth: expect.closeTo((0.044 * 730 * 108) / 168, 1),
        commands: [
          'kubectl --context test -n dev scale deployment/preview --replicas=0',
          'kubectl --context test -n dev scale deployment/preview --replicas=1',
        ],
      },
    ]);
    expect(of('sleep')[0]?.why).toContain('Monday to Friday, 07:00 to 19:00 (UTC)');
    expect(of('released-volume')).toMatchObject([
      { subject: 'PersistentVolumeClaim/old-data', savingPerMonth: expect.closeTo(20, 1) },
    ]);
    expect(of('unused-load-balancer').map(({ subject, why }) => [subject, why])).toEqual([
      ['Service/legacy', 'Its selector matches no workload: nothing answers behind it'],
      ['Service/web', 'Its pods received 20 B/s in 7 days: no more than probes'],
    ]);
  });

  it('prints commands below the table, and keeps to a namespace', async () => {
    const { out, err } = await run('-n', 'dev');
    expect(out).toMatch(/^WHAT +NAMESPACE +OF/);
    expect(out).toContain('\n# Deployment/preview\nkubectl --context test -n dev scale');
    expect(out).not.toContain('Node/');
    expect(err).toMatch(/^\$\d+\.\d\d a month in all; Burnwatch runs none of these commands\.$/m);
    expect((await run('-n', 'deb')).err).toContain('did you mean dev?');
    expect(await run('-o', 'patch')).toMatchObject({ code: 2 });
  });

  it('follows what was applied: promised, got, and what became worse', async () => {
    const { code, out } = await run('--applied', '--offline', '-o', 'json');
    expect(code).toBe(0);
    const proven = JSON.parse(out) as readonly Record<string, unknown>[];
    expect(proven.map(({ workload }) => workload)).toEqual([
      { kind: 'Deployment', name: 'cart' },
      { kind: 'Deployment', name: 'web' },
    ]);
    const [cart, web] = proven;
    // Two pods from a core to 120m, at 4 cents.
    expect(web).toMatchObject({
      changedAt: '2026-11-14T09:00:00Z',
      until: '2026-11-23T00:00:00Z',
      isOver: false,
      promisedPerMonth: expect.closeTo(2 * 0.88 * 0.04 * 730, 0),
      gotPerMonth: expect.closeTo(2 * 0.88 * 0.04 * 730, 6),
      load: expect.closeTo(1, 6),
      throttledShare: { before: 0, after: 0 },
      cpuPressure: { before: null, after: null },
      hurt: [],
      reverse: null,
    });
    expect(cart).toMatchObject({ hurt: ['2 OOM kills a day'], oomKillsPerDay: { before: 0 } });
  });

  it('takes back what hurt, and only that', async () => {
    const { out } = await run('--applied', '--offline', '-o', 'patch');
    expect(out).toContain('-n shop patch deployment/cart --type strategic');
    expect(out).toContain('{"requests":{"memory":"1Gi"},"limits":{"memory":"1Gi"}}');
    expect(out).not.toContain('deployment/web');
  });
});
