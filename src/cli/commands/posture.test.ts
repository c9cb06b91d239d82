import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { plantedCluster } from '../../../test/support/posture/plantedCluster.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS } from '../../model/time.ts';

const START = Date.UTC(2026, 9, 28);
let temp: TempHistory;
let config: string;
beforeAll(async () => {
  temp = new TempHistory();
  const path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 12), 12);
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(config, `cluster: test\nhistory: { path: ${JSON.stringify(path)} }\n`);
});
afterAll(() => temp[Symbol.dispose]());

const fix = (namespace: string) =>
  runCommand(['posture', '--fix', namespace, '--config', config], () => START + DAY_MS);

it('--fix refuses a namespace that there is not, and says which may have been meant', async () => {
  const unknown = await fix('ns-11');
  expect(unknown.code).toBe(1);
  expect(unknown.out).toBe('');
  expect(unknown.err).toContain('there is no namespace ns-11 (did you mean ns-1?)');
  const known = await fix('ns-1');
  expect(known.out).toContain('kind: ResourceQuota');
  expect(known.err).toBe('');
});

describe('of a file with access and network', () => {
  let path: string;
  beforeAll(() => {
    const file = join(temp.folder, 'cluster.json');
    path = join(temp.folder, 'file.yaml');
    const items = plantedCluster(1_200);
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    writeFileSync(
      path,
      `cluster: test\nhistory: { path: ${JSON.stringify(join(temp.folder, 'none.db'))} }\nworkloads: { source: file, path: ${JSON.stringify(file)} }\n`,
    );
  });
  const posture = (...args: readonly string[]) =>
    runCommand(['posture', ...args, '--config', path], () => Date.now());

  it('--scope lists what it is about, and nothing else', async () => {
    const { code, out } = await posture('--scope', 'network');
    expect(code).toBe(0);
    expect(out).toMatch(/load-balancer-open +failed +Service edge-lb\/open +has a load balancer/);
    expect(out).not.toMatch(/^\w+ +rbac-/m);
    const json = await posture('--scope', 'rbac', '-n', 'path-two', '-o', 'json');
    const [one] = JSON.parse(json.out) as [{ scopes: object; checks: { id: string }[] }];
    expect(Object.keys(one.scopes)).toEqual(['rbac']);
    expect(one.checks.every(({ id }) => id.startsWith('rbac-'))).toBe(true);
    expect(json.out).toContain('any pod in path-two can become cluster-admin in 2 steps');
    expect((await posture('--scope', 'rback')).code).toBe(2);
  });

  it('names the score of each scope, and the cluster as a place of its own', async () => {
    const { out } = await posture();
    expect(out).toMatch(/^NAMESPACE .* WORKLOADS +RBAC +NETWORK +CLUSTER +WORST$/m);
    expect(out).toMatch(/^\(cluster\) .* Is cluster-admin \(2\)$/m);
    const misspelt = await posture('-n', 'path-too');
    expect(misspelt.code).toBe(1);
    expect(misspelt.err).toContain('did you mean path-two');
  });

  it('--fix closes a namespace and keeps open what is seen to be used', async () => {
    const { out } = await posture('--fix', 'net-none');
    const documents = parseAllDocuments(out).map((one) => one.toJS() as FixedObject | null);
    const policies = documents.filter((one) => one?.kind === 'NetworkPolicy');
    expect(policies.map((one) => one?.metadata.name)).toEqual([
      'burnwatch-default-deny',
      'burnwatch-same-namespace',
    ]);
    expect(policies[0]?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'] });
    const psa = await posture('--fix', '-n', 'psa-none');
    expect(psa.out).toContain('pod-security.kubernetes.io/enforce: baseline');
    const all = await posture('--fix');
    expect(all.code).toBe(0);
    expect(all.out).toContain('namespace: net-none');
    expect((await posture('--fix', 'net-none', '-n', 'ci')).code).toBe(2);
  });
});

interface FixedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}
