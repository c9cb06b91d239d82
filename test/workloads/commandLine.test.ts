import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import type { SlackStandIn } from '../../demo/slack/options.ts';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, type CliResult } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { sealedUpTo, startDaemon } from '../support/daemon.ts';
import { startStatedCluster, TOKEN, type StatedCluster } from '../support/stated/statedCluster.ts';
import { CANARIES, STATED_WORKLOADS } from '../support/stated/statedObjects.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { lastMonday, slackConfig, writeConfig } from '../support/testCluster.ts';
import { until } from '../support/waiting.ts';

// kube-prometheus-stack as it comes, and read-only access to the API: through the commands, as a user has it.
const END = lastMonday();
let cluster: StatedCluster;
let slack: SlackStandIn;
let folder: TempFolder;
let clock: TestClock;
const printed: string[] = [];

async function run(...args: readonly string[]): Promise<CliResult> {
  const result = await burnwatch(args, { cwd: folder.path, env: clock.env });
  printed.push(result.stdout, result.stderr);
  return result;
}

async function json<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args, '-o', 'json');
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

const configure = (more: object = {}) =>
  writeConfig(folder.path, cluster.prometheusUrl, {
    workloads: { source: 'auto', kubeconfig: cluster.kubeconfig },
    slack: slackConfig(slack),
    notifications: { preview: 'off' },
    ...more,
  });

beforeAll(async () => {
  folder = new TempFolder();
  clock = new TestClock(folder.file('clock'), END + 2 * MINUTE_MS + 5_000);
  slack = await startSlackStandIn({
    channels: [{ name: 'cloud-cost' }, { name: 'security' }],
    rates: null,
    fileProcessingMs: 0,
  });
  cluster = await startStatedCluster(END + 30 * MINUTE_MS, 4);
  await configure();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await slack.close();
  folder[Symbol.dispose]();
});

interface Owned {
  readonly namespace: string;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly owner: string | null;
}

describe('stock metrics and read-only access to the API', () => {
  it('give every workload an owner, an instance type and the evidence of its specification', async () => {
    const from = formatTime(END - HOUR_MS);
    const filled = await run('backfill', '--from', from, '--to', formatTime(END - 5 * MINUTE_MS));
    expect(filled.code).toBe(0);
    expect((await run('once')).code).toBe(0);

    const owned = await json<readonly Owned[]>('owners');
    expect(
      owned.map(({ namespace, workload: { kind, name } }) => `${namespace}/${kind}/${name}`),
    ).toEqual(STATED_WORKLOADS);
    expect(owned.filter(({ owner }) => owner === null)).toEqual([]);
    const problems = await run('owners', '--problems', '-n', 'jobs');
    expect(problems.stdout).toMatch(
      /jobs +CronJob\/report +data +namespace team +- +not known in Slack/,
    );
    expect(problems.stderr).toContain("Map it under owners.teams, such as data: '#channel'.");
    const { rows } = await json<{ rows: readonly { key: string }[] }>(
      'costs',
      '--window',
      '1h',
      '--by',
      'owner',
    );
    expect(rows.map(({ key }) => key).sort()).toEqual([
      'data',
      'fn',
      'fn-team@example.com',
      'platform',
      'team-shop',
    ]);
    const prices = await run('prices');
    expect(prices.stdout.match(/m5\.2xlarge/g)?.length).toBeGreaterThanOrEqual(2);

    const reader = await openHistoryReader(folder.file('burnwatch.db'));
    const namespaces = [...new Set(owned.map(({ namespace }) => namespace))];
    const specs = await Promise.all(
      namespaces.map((namespace) => reader.podSpecs({ namespace, pod: null, limit: 100 })),
    );
    await reader.close();
    expect(specs.flat()).toHaveLength(12);
    expect(specs.flat().every(({ spec }) => spec.containers.length > 0)).toBe(true);
    const explained = await run('explain', 'fn/warmer');
    expect(explained.code).toBe(0);
    expect(explained.stdout).toMatch(/signature.*(donate|pool|stratum)/i);
  });

  it('says feature by feature that nothing is lacking', async () => {
    const { code, stdout } = await run('check-config', '--online');
    expect(stdout).toMatch(/Workloads {2}ok .*specifications of 12 pods, 2 nodes, 4 namespaces/);
    expect(stdout).toMatch(/Workloads {2}ok .*known of 12 of 12 pods/);
    expect(stdout).not.toMatch(/Workloads {2}(lacking|FAILED)/);
    expect(code).toBe(0);
  });

  it('lacks only what depends on the one resource that may not be listed, and names it', async () => {
    const denial = { resource: 'nodes', verb: 'list' };
    cluster.api.denials.push(denial);
    try {
      const { stdout } = await run('check-config', '--online');
      const lacking = stdout
        .split('\n')
        .filter((line) => /^Workloads {2}(lacking|FAILED)/.test(line));
      expect(lacking).toHaveLength(2);
      expect(lacking[0]).toMatch(
        /does not let nodes be listed.*grant "list" on nodes to Burnwatch/,
      );
      expect(lacking[1]).toMatch(
        /instance type, region and capacity type of nodes: let Burnwatch list nodes, or start kube-state-metrics with --metric-labels-allowlist=nodes=\[\*\]/,
      );
      clock.set(END + 7 * MINUTE_MS + 5_000);
      const { code } = await run('once');
      expect(code).toBe(0);
      const findings =
        await json<readonly { kind: string; rule: string; summary: string }[]>('findings');
      const absent = findings.filter(({ rule }) => rule === 'resource-absent');
      expect(absent).toHaveLength(1);
      expect(absent[0]?.summary).toContain('does not let nodes be listed');
      expect(
        (await json<readonly Owned[]>('owners')).filter(({ owner }) => owner === null),
      ).toEqual([]);
    } finally {
      cluster.api.denials.splice(cluster.api.denials.indexOf(denial), 1);
    }
  });
});

describe('metrics alone', () => {
  it('degrade as the table says, and say what would give each feature', async () => {
    await configure({ workloads: { source: 'prometheus' } });
    try {
      const { code, stdout } = await run('check-config', '--online');
      const lacking = stdout.split('\n').filter((line) => line.startsWith('Workloads  lacking'));
      const table = readFileSync(
        join(import.meta.dirname, '../../docs/workload-sources.md'),
        'utf8',
      );
      const missing = [...table.matchAll(/^\| (.+?) +\| no /gm)].map(([, feature]) => feature);
      expect(
        lacking.map((line) => line.replace(/^Workloads {2}lacking {2}(.*?): .*/, '$1')),
      ).toEqual(missing);
      expect(code).toBe(0);
      const owned = await json<readonly Owned[]>('owners');
      expect(owned).toHaveLength(STATED_WORKLOADS.length);
      expect(owned.every(({ owner }) => owner === null)).toBe(true);
    } finally {
      await configure();
    }
  });
});

describe('secrets in specifications', () => {
  it('are in no table, log, page, message or answer', async () => {
    clock.set(END + 12 * MINUTE_MS + 5_000);
    await using daemon = await startDaemon({ cwd: folder.path, env: clock.env });
    await daemon.process.shows(sealedUpTo(END + 10 * MINUTE_MS));
    const pages: string[] = [];
    const read = async (path: string): Promise<string> => {
      const response = await fetch(`${daemon.pages}${path}`);
      const text = await response.text();
      pages.push(text);
      return text;
    };
    const findings = JSON.parse(await read('/api/v1/findings')) as unknown;
    expect(JSON.stringify(findings)).toContain('warmer');
    const ids = [...JSON.stringify(findings).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    for (const id of ids) {
      await read(`/api/v1/findings/${id}`);
      await read(`/findings/${id}`);
    }
    for (const path of [
      '/',
      '/api/v1/costs',
      '/api/v1/posture',
      '/api/v1/recommendations',
      '/metrics',
    ]) {
      await read(path);
    }
    const commands = [
      ['posture'],
      ['recommend', '--all'],
      ['findings'],
      ['explain', 'fn/warmer'],
      ['digest', '--dry-run'],
      ...ids.slice(0, 2).map((id) => ['findings', 'show', id ?? '']),
    ];
    await Promise.all(commands.map((args) => run(...args)));
    await until('the miner to be told', () =>
      JSON.stringify(slack.messages('#security')).includes('warmer'),
    );
    daemon.process.kill('SIGTERM');
    const { code, stdout, stderr } = await daemon.process.ended;
    expect(code).toBe(0);
    printed.push(stdout, stderr);

    const files = readdirSync(folder.path).filter((name) => name.startsWith('burnwatch.db'));
    const places: Readonly<Record<string, string>> = {
      history: files.map((name) => readFileSync(folder.file(name), 'latin1')).join('\n'),
      output: printed.join('\n'),
      pages: pages.join('\n'),
      slack: JSON.stringify([
        slack.calls,
        slack.messages('#cloud-cost'),
        slack.messages('#security'),
      ]),
    };
    expect(places['history']).toContain('warmer');
    expect(places['slack']).toContain('warmer');
    expect(places['output']).toContain('warmer');
    for (const [place, text] of Object.entries(places)) {
      for (const canary of [...CANARIES, TOKEN]) {
        expect([place, canary, text.includes(canary)]).toEqual([place, canary, false]);
        const encoded = Buffer.from(canary).toString('base64').replace(/=+$/, '');
        expect([place, canary, text.includes(encoded)]).toEqual([place, canary, false]);
      }
    }
  });
});
