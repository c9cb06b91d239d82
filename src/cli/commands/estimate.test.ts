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
import { DAY_MS, HOUR_MS } from '../../model/time.ts';

const START = Date.UTC(2026, 10, 2);
const NOW = START + 2 * DAY_MS;
const GIB = 2 ** 30;
const MONTH = 730;
const RATES = {
  cpuCoreHour: 0.04,
  ramGiBHour: 0.004,
  storageGiBHour: 0.0001,
  loadBalancerHour: 0.02,
};
const RULES = pricing({
  ...RATES,
  nodes: [{ match: { pool: 'big' }, cpuCoreHour: 0.08, ramGiBHour: 0.008 }],
});
let temp: TempHistory;

/** Deployment web: two pods of a core and a GiB, of which 0.3 cores are used; a nightly job of one hour. */
beforeAll(async () => {
  temp = new TempHistory();
  const writer = await temp.openWriter('history', { windowMs: HOUR_MS });
  const web = aContainer({ cpuRequestCores: 1, cpuUsageCores: 0.3, ramRequestBytes: GIB });
  for (let start = START; start < NOW; start += HOUR_MS) {
    const job = aPod({
      name: 'night-1',
      workload: { kind: 'CronJob', name: 'night' },
      containers: [web],
    });
    const isNight = new Date(start).getUTCHours() === 3;
    const snapshot = aSnapshot({
      window: { start, end: start + HOUR_MS },
      nodes: [aNode({ name: 'n1' }), aNode({ name: 'n2', labels: { pool: 'big' } })],
      pods: [
        ...['web-1', 'web-2'].map((name) =>
          aPod({ name, workload: { kind: 'Deployment', name: 'web' }, containers: [web] }),
        ),
        ...(isNight ? [job] : []),
      ],
    });
    await writer.recordWindows([pricedWindow(snapshot, RULES, START + HOUR_MS)]);
  }
  await writer.close();
  const config = { cluster: 'test', history: { path: temp.path('history') }, pricing: RATES };
  writeFileSync(join(temp.folder, 'burnwatch.yaml'), JSON.stringify(config));
});
afterAll(() => temp[Symbol.dispose]());

/** The answer for manifests as they stand in a file. */
async function estimate(manifests: string, ...args: readonly string[]) {
  const file = join(temp.folder, 'change.yaml');
  writeFileSync(file, manifests);
  const command = ['estimate', '-f', file, '--offline', '-n', 'shop', ...args];
  return runCommand([...command, '--config', join(temp.folder, 'burnwatch.yaml')], () => NOW);
}

async function rowsOf(manifests: string) {
  const { code, out } = await estimate(manifests, '-o', 'json');
  expect(code).toBe(0);
  return (JSON.parse(out) as { rows: Record<string, number>[] }).rows;
}

const web = (cpu: string, replicas: string, more = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  ${replicas}
  template:
    spec:
      ${more}
      containers: [{ name: app, resources: { requests: { cpu: ${cpu}, memory: 1Gi } } }]
`;
const POD = (1 * 0.04 + 0.004) * MONTH;

describe('estimate', () => {
  it('an unchanged manifest changes nothing, and says what runs', async () => {
    const [row] = await rowsOf(web('1', 'replicas: 2'));
    expect(row).toMatchObject({ namespace: 'shop', podsToday: 2, pods: 2 });
    expect(row?.['today']).toBeCloseTo(2 * POD, 6);
    expect(row?.['expected']).toBeCloseTo(2 * POD, 6);
  });

  it('replicas, requests and what is used count; without replicas those that run stay', async () => {
    expect((await rowsOf(web('1', 'replicas: 3')))[0]?.['expected']).toBeCloseTo(3 * POD, 6);
    expect((await rowsOf(web('500m', '')))[0]?.['expected']).toBeCloseTo(
      2 * (0.5 * 0.04 + 0.004) * MONTH,
      6,
    );
    // Below its use a request saves nothing more.
    expect((await rowsOf(web('100m', '')))[0]?.['expected']).toBeCloseTo(
      2 * (0.3 * 0.04 + 0.004) * MONTH,
      6,
    );
  });

  it('an autoscaler makes a range, around the pods that run', async () => {
    const scaler = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { kind: Deployment, name: web }, minReplicas: 1, maxReplicas: 10 }
`;
    const [row] = await rowsOf(web('1', 'replicas: 5') + scaler);
    expect(row).toMatchObject({ pods: 2, notes: ['HorizontalPodAutoscaler web: 1 to 10 pods'] });
    expect([row?.['low'], row?.['high']]).toEqual([
      expect.closeTo(POD, 6),
      expect.closeTo(10 * POD, 6),
    ]);
  });

  it('a nodeSelector chooses the prices', async () => {
    const selector = 'nodeSelector: { pool: big }';
    const [row] = await rowsOf(web('1', 'replicas: 2', selector));
    expect(row?.['expected']).toBeCloseTo(4 * POD, 6);
    const [none] = await rowsOf(web('1', 'replicas: 2', 'nodeSelector: { pool: none }'));
    expect(none?.['notes']).toEqual([expect.stringContaining('no node has the labels')]);
  });

  it('init containers, sidecars and claims of a new StatefulSet count', async () => {
    const [row] = await rowsOf(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: data }
spec:
  replicas: 2
  template:
    spec:
      initContainers:
        - { name: init, resources: { requests: { cpu: 2 } } }
        - { name: proxy, restartPolicy: Always, resources: { requests: { cpu: 500m } } }
      containers: [{ name: db, resources: { requests: { cpu: 1 } } }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { resources: { requests: { storage: 100Gi } } }
`);
    // The init container needs more than the others together; the mean price of both nodes counts.
    expect(row).toMatchObject({ namespace: 'data', podsToday: null, today: 0 });
    expect(row?.['expected']).toBeCloseTo(2 * (2 * 0.06 + 100 * 0.0001) * MONTH, 6);
  });

  it('a CronJob counts the hours that it runs, a load balancer and a claim their price', async () => {
    const rows = await rowsOf(`
apiVersion: batch/v1
kind: CronJob
metadata: { name: night }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: app, resources: { requests: { cpu: 2, memory: 1Gi } } }] } } } } }
---
{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { type: LoadBalancer } }
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: d }, spec: { resources: { requests: { storage: 10Gi } } } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: c } }
`);
    expect(rows.map(({ subject, expected }) => [subject, expected])).toEqual([
      // It holds no node now: the mean price of both counts.
      ['CronJob/night', expect.closeTo(((2 * 0.06 + 0.006) * MONTH) / 24, 6)],
      ['PersistentVolumeClaim/d', expect.closeTo(10 * 0.0001 * MONTH, 6)],
      ['Service/web', expect.closeTo(0.02 * MONTH, 6)],
    ]);
    expect(rows[0]?.['today']).toBeCloseTo((1.5 * POD) / 24, 6);
  });

  it('prints a table with the sum', async () => {
    const { out } = await estimate(web('1', 'replicas: 3'));
    expect(out).toMatch(/^NAMESPACE +OBJECT +PODS +TODAY +THEN +CHANGE/);
    expect(out).toContain('+$32.12 a month: $64.24 today, $96.36 then, at the prices of today');
    expect((await estimate('kind: ConfigMap\nmetadata: { name: c }\n')).out).toMatch(/^Nothing in/);
  });

  it.each([
    [
      'cpu "lots"',
      web('lots', ''),
      'item 1 (Deployment web): requests.cpu of container app, "lots", is no quantity: write for example 250m',
    ],
    ['replicas', web('1', 'replicas: two'), 'spec.replicas "two" is no number of pods'],
    ['no containers', 'kind: Pod\nmetadata: { name: p }\nspec: {}\n', 'spec.containers is missing'],
    ['no name', 'kind: Service\nspec: { type: LoadBalancer }\n', 'metadata.name is missing'],
    ['no object', 'a: 1\n', 'it has no kind'],
  ])('refuses %s, and says where', async (_, manifests, message) => {
    const { code, err } = await estimate(manifests);
    expect(code).toBe(2);
    expect(err).toContain('change.yaml');
    expect(err).toContain(message);
  });

  it('names a file that is not there', async () => {
    const { code, err } = await runCommand(['estimate', '-f', '/nowhere.yaml'], () => NOW);
    expect(code).toBe(2);
    expect(err).toContain('/nowhere.yaml does not exist');
  });
});
