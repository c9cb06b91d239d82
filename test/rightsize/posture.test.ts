import { mkdtemp, rm, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuTimeMs } from '../support/cpuTime.ts';
import { runCommand } from '../support/runCommand.ts';
import type { RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { rawObject, rawPod } from '../support/specs.ts';

/** `burnwatch posture` over a file of `kubectl get … -A -o json`, without any metrics or history. */
const OBJECTS = 2_000;
const NAMESPACES = 20;

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-posture-'));
  config = join(folder, 'burnwatch.yaml');
  const specs = join(folder, 'specs.json');
  await writeFile(
    config,
    `workloads: { source: file, path: ${specs} }\nhistory: { path: ${join(folder, 'none.db')} }\n`,
  );
  await writeFile(specs, JSON.stringify({ kind: 'List', items: objects() }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 1,200 pods of as many workloads, 720 Deployments, nodes, namespaces, quotas; `ns-0` holds one bad pod. */
function objects(): readonly RawObject[] {
  const place = (index: number) => `ns-${index % NAMESPACES}`;
  const pods = Array.from({ length: 1_200 }, (_, index) =>
    rawPod(
      {
        name: `app-${index}-6d4cf56db6-x2x4z`,
        namespace: place(index),
        uid: `pod-${index}`,
        labels: { app: `app-${index}` },
        ownerReferences: [
          { kind: 'ReplicaSet', name: `app-${index}-6d4cf56db6`, controller: true },
        ],
      },
      index === 0
        ? {
            hostNetwork: true,
            containers: [{ name: 'app', image: 'miner', securityContext: { privileged: true } }],
          }
        : {},
    ),
  );
  const deployments = Array.from({ length: 720 }, (_, index) =>
    rawObject(
      'apps/v1',
      'Deployment',
      { name: `app-${index}`, namespace: place(index) },
      { spec: { replicas: 3 } },
    ),
  );
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) =>
    rawObject('v1', 'Namespace', { name: `ns-${index}` }),
  );
  const quotas = Array.from({ length: NAMESPACES - 1 }, (_, index) =>
    rawObject(
      'v1',
      'ResourceQuota',
      { name: 'all', namespace: `ns-${index}` },
      {
        spec: { hard: { 'requests.cpu': '40' } },
        status: { hard: { 'requests.cpu': '40' }, used: { 'requests.cpu': '39' } },
      },
    ),
  );
  const nodes = Array.from({ length: OBJECTS - 1_200 - 720 - 2 * NAMESPACES + 1 }, (_, index) =>
    rawObject(
      'v1',
      'Node',
      { name: `node-${index}` },
      { status: { allocatable: { cpu: '4', memory: '16Gi' } } },
    ),
  );
  return [...pods, ...deployments, ...namespaces, ...quotas, ...nodes];
}

async function run(...args: readonly string[]) {
  return runCommand(['posture', '--config', config, ...args], Date.now);
}

interface Check {
  readonly id: string;
  readonly passed: number;
  readonly failed: number;
  readonly notEvaluated: number;
  readonly results: readonly { readonly outcome: string; readonly text: string }[];
}

describe('posture of a file', () => {
  it('of 2,000 objects takes under two seconds of CPU', async () => {
    expect(objects()).toHaveLength(OBJECTS);
    const before = cpuTimeMs();
    const { code, out } = await run();
    expect(cpuTimeMs() - before).toBeLessThan(2_000);
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(NAMESPACES + 2);
  });

  it('names the worst, and what could not be evaluated is said and not passed', async () => {
    const { code, out } = await run('-o', 'json');
    expect(code).toBe(0);
    const all = JSON.parse(out) as { namespace: string; score: number; checks: Check[] }[];
    expect(all).toHaveLength(NAMESPACES);
    const worst = all.find(({ namespace }) => namespace === 'ns-0');
    const other = all.find(({ namespace }) => namespace === 'ns-1');
    expect(worst!.score).toBeLessThan(other!.score);
    const check = (id: string) => worst?.checks.find((one) => one.id === id);
    expect(check('privileged')).toMatchObject({ passed: 59, failed: 1 });
    expect(check('host-namespaces')).toMatchObject({ failed: 1 });
    expect(check('image-unpinned')).toMatchObject({ failed: 1 });
    expect(check('quota-nearly-used')).toMatchObject({ failed: 1 });
    // The file holds no LimitRange: there may be some. There is no history to size quotas by.
    expect(check('limit-range-missing')).toMatchObject({ passed: 0, failed: 0, notEvaluated: 1 });
    expect(check('quota-too-large')).toMatchObject({ passed: 0, notEvaluated: 1 });
    expect(check('limit-range-missing')?.results).toMatchObject([
      { outcome: 'not-evaluated', text: 'the cluster’s objects are not known' },
    ]);
  });

  it('shows one namespace in full', async () => {
    const { out } = await run('-n', 'ns-0');
    expect(out).toMatch(
      /^critical +privileged +failed +ns-0\/Deployment\/app-0\/app +is privileged/m,
    );
    const none = await run('-n', 'none');
    expect([none.code, none.out]).toEqual([1, '']);
    expect(none.err).toContain('there is no namespace none (there are ns-0, ns-1, ns-10 and ');
  });

  it('gives no grade where less is known than a grade needs, and says so', async () => {
    expect((await run()).err).not.toContain('Grade ?');
    const strict = join(folder, 'posture.yaml');
    await writeFile(strict, 'minKnown: 1\n');
    const other = join(folder, 'strict.yaml');
    await writeFile(other, `${await readFile(config, 'utf8')}\nthresholds: [posture.yaml]\n`);
    const { out, err } = await runCommand(['posture', '--config', other], Date.now);
    expect(out).toMatch(/^NAMESPACE +SCORE +GRADE +KNOWN /);
    expect(out).toMatch(/^ns-1 +\d+ +\? +9\d% /m);
    expect(err).toContain('Grade ?: under 100% of what the score weighs could be evaluated');
  });
});
