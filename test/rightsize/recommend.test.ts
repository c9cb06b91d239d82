import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/runCommand.ts';
import { rawObject, rawPod } from '../support/specs.ts';
import type { WindowRecord } from '../../src/store/history.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { aFinding } from '../support/notify/findings.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../support/madeUpWindows.ts';
import { TempHistory } from '../support/tempHistory.ts';

/**
 * `burnwatch recommend` from a history of four days and a file of specifications, with no Prometheus: app-0 is
 * Helm's, app-1 has an autoscaler, app-2 plain, and app-3 is suspected of mining.
 */
const START = Date.UTC(2026, 9, 28);
let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await temp.record('history', windows(), 288);
  const specs = join(temp.folder, 'specs.json');
  writeFileSync(specs, JSON.stringify({ kind: 'List', items: objects() }));
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(
    config,
    `cluster: test\nhistory: { path: ${path} }\nworkloads: { source: file, path: ${specs} }\nprometheus: { url: http://127.0.0.1:1 }\n`,
  );
});
afterAll(() => temp[Symbol.dispose]());

function windows(): readonly WindowRecord[] {
  const records = madeUpWindows(SMALL_CLUSTER, START, 4 * 288);
  const scope = {
    namespace: 'ns-1',
    workload: { kind: 'Deployment', name: 'app-3' },
    container: null,
    subject: null,
  };
  const finding = aFinding({ scope });
  const last = records.at(-1)!;
  const change = { ...last.change, findings: new Map([[finding.fingerprint, finding]]) };
  return [...records.slice(0, -1), { ...last, change }];
}

function objects() {
  const helm = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'shop' },
  };
  const deployment = (index: number, metadata: object = {}) =>
    rawObject(
      'apps/v1',
      'Deployment',
      { name: `app-${index}`, namespace: `ns-${index % 2}`, ...metadata },
      { spec: { replicas: 3 } },
    );
  const pod = (index: number) =>
    rawPod(
      {
        name: `app-${index}-6d4cf56db6-x2x4z`,
        namespace: `ns-${index % 2}`,
        uid: `uid-${index}`,
        ownerReferences: [
          { kind: 'ReplicaSet', name: `app-${index}-6d4cf56db6`, controller: true },
        ],
      },
      {
        containers: [{ name: 'c0', image: 'c0:1' }],
        initContainers: [{ name: 'c1', image: 'c1:1', restartPolicy: 'Always' }],
      },
    );
  const autoscaler = rawObject(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { name: 'app-1', namespace: 'ns-1' },
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app-1' },
        minReplicas: 3,
        maxReplicas: 9,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
          },
        ],
      },
    },
  );
  return [0, 1, 2, 3]
    .flatMap((index) => [pod(index), deployment(index, index === 0 ? helm : {})])
    .concat(autoscaler);
}

async function run(...args: readonly string[]) {
  return runCommand(['recommend', '--config', config, ...args], () => START + 4 * DAY_MS);
}

it('patches by who owns the manifest, with side-cars where they are, and not for a miner', async () => {
  const { code, out, err } = await run('-o', 'patch');
  expect(code).toBe(0);
  const parts = new Map(
    out.split('\n\n').map((part) => [/\/(app-\d)/.exec(part)?.[1] ?? '', part]),
  );
  expect([...parts.keys()].sort()).toEqual(['app-0', 'app-2']);
  // Helm's: the values first, nothing that runs.
  const lines = (parts.get('app-0') ?? '').trim().split('\n');
  expect(lines.every((line) => line.startsWith('#'))).toBe(true);
  expect(lines[1]).toContain('Managed by Helm (shop): change it in the values of the release');
  expect(parts.get('app-0')).toMatch(/c0:\n#\s+resources:\n#\s+requests:\n#\s+cpu: \d+m/);
  // The autoscaler scales app-1 by CPU, and its memory fits: nothing is patched.
  expect(parts.get('app-2')).toContain('"containers":[{"name":"c0"');
  expect(parts.get('app-2')).toContain('"initContainers":[{"name":"c1"');
  expect(err).toContain('No advice for 2 containers suspected of mining');
});

it('tells of autoscalers in its notes, and needs nobody for what it does not know', async () => {
  const { out } = await run('-o', 'json', '--all');
  const { recommendations } = JSON.parse(out) as {
    recommendations: { workload: { name: string }; notes: string[]; managedBy: object | null }[];
  };
  const notesOf = (name: string) =>
    recommendations.filter(({ workload }) => workload.name === name).flatMap(({ notes }) => notes);
  expect(notesOf('app-1')).toContain(
    'HorizontalPodAutoscaler app-1 scales on request utilization; request kept',
  );
  expect(notesOf('app-2')).toEqual([]);
  const helm = recommendations.find(({ workload }) => workload.name === 'app-0');
  expect(helm?.managedBy).toEqual({ tool: 'Helm', name: 'shop', form: 'helm' });
});
