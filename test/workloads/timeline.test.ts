import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBlocks } from '../../demo/blocks.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import type { RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { rawObject, rawPod } from '../support/specs.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { formatTime, HOUR_MS, MINUTE_MS, type TimeMs } from '../../src/model/time.ts';
import { burnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { dumpHistory } from '../support/dumpHistory.ts';
import { statedMetrics } from '../support/stated/statedMetrics.ts';
import { succession } from '../support/stated/succession.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { lastMonday, writeConfig } from '../support/testCluster.ts';

const END = lastMonday();
const ROLLOUT = END - HOUR_MS;
const BORN = ROLLOUT - 40_000;
let prometheus: PrometheusServer;
let folder: TempFolder;

/** Deployment/web with so many replicas of one template. */
function web(hash: string, image: string, cpu: string, suffixes: readonly string[], born: TimeMs) {
  const ownerReferences = [{ kind: 'ReplicaSet', name: `web-${hash}`, controller: true }];
  const containers = [{ name: 'app', image, resources: { requests: { cpu, memory: '256Mi' } } }];
  const creationTimestamp = formatTime(born);
  const pods = suffixes.map((suffix) =>
    rawPod(
      {
        name: `web-${hash}-${suffix}`,
        uid: `uid-${hash}-${suffix}`,
        ownerReferences,
        creationTimestamp,
      },
      { containers },
    ),
  );
  const owner = [{ kind: 'Deployment', name: 'web', controller: true }];
  return [
    ...pods,
    rawObject('apps/v1', 'ReplicaSet', {
      name: `web-${hash}`,
      namespace: 'shop',
      ownerReferences: owner,
    }),
  ];
}
const OTHERS: readonly RawObject[] = [
  rawObject('v1', 'Namespace', { name: 'shop' }),
  rawObject(
    'v1',
    'Node',
    { name: 'node-1' },
    {
      status: { capacity: { cpu: '8', memory: '32Gi' }, allocatable: { cpu: '8', memory: '32Gi' } },
    },
  ),
  rawPod({
    name: 'steady-0',
    uid: 'steady',
    ownerReferences: [{ kind: 'StatefulSet', name: 'steady', controller: true }],
  }),
];
const BEFORE = web(
  '6d4cf56db6',
  'registry.example/web:1',
  '250m',
  ['x2x4z', 'q7k8v'],
  END - 90 * 24 * HOUR_MS,
);
const AFTER = web(
  '7c9d8f6b5c',
  'registry.example/web:2',
  '500m',
  ['b4b4b', 'c5c5c', 'd6d6d'],
  BORN,
);

beforeAll(async () => {
  folder = new TempFolder();
  const source = succession(
    statedMetrics([...OTHERS, ...BEFORE]),
    statedMetrics([...OTHERS, ...AFTER]),
    ROLLOUT,
  );
  const dataDir = folder.file('prometheus');
  await createBlocks({ source, start: END - 2 * HOUR_MS, end: END, dataDir });
  prometheus = await startPrometheus({ dataDir });
});
afterAll(async () => {
  await prometheus.stop();
  folder[Symbol.dispose]();
});

/** The time line of a history that was filled up to each of `stops` in turn. */
async function fill(name: string, stops: readonly TimeMs[]): Promise<string> {
  const path = folder.file(`${name}.db`);
  await writeConfig(folder.path, prometheus.url, { history: { path } });
  const { env } = new TestClock(folder.file('clock'), END + 2 * MINUTE_MS + 5_000);
  for (const to of stops) {
    const from = formatTime(END - 2 * HOUR_MS);
    const args = ['backfill', '--from', from, '--to', formatTime(to), '--no-notify'];
    const { code, stderr } = await burnwatch(args, { cwd: folder.path, env });
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  }
  return path;
}
const timelineOf = async (path: string) =>
  (await dumpHistory(path)).filter((line) => line.startsWith('workload_events'));

describe('the time line of a workload on a real Prometheus', () => {
  it('tells a rollout at its minute, what changed with it, and the scaling', async () => {
    const path = await fill('whole', [END]);
    const reader = await openHistoryReader(path);
    const everything = { from: 0, to: END, limit: 100, namespace: 'shop', workload: null };
    const told = await reader.workloadEvents(everything);
    await reader.close();
    expect(
      told.map(
        ({ at, type, text }) => `${at === BORN ? 'birth' : formatTime(at)} ${type}: ${text}`,
      ),
    ).toEqual([
      'birth image: app runs registry.example/web:2, before registry.example/web:1',
      'birth requests: app requests cpu 500m, memory 256Mi, before cpu 250m, memory 256Mi',
      'birth rollout: pods of revision 7c9d8f6b5c take over from 6d4cf56db6',
      `${formatTime(ROLLOUT + 5 * MINUTE_MS)} scaled: scaled from 2 to 3`,
    ]);
    expect(new Set(told.map(({ workload }) => workload.name))).toEqual(new Set(['web']));
  });

  it('is the same however the windows were put together', async () => {
    const whole = await timelineOf(folder.file('whole.db'));
    const steps = [ROLLOUT + 5 * MINUTE_MS, END];
    expect(whole).toHaveLength(4);
    expect(await timelineOf(await fill('steps', steps))).toEqual(whole);
  });
});
