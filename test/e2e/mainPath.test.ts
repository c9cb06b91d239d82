import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findingJsonSchema } from '../../src/model/findingJson.ts';
import { formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, type CliResult } from '../support/cli.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** `costs -o json` as its contract has it: nothing missing, nothing more. */
const costsJson = z.strictObject({
  cluster: z.string(),
  currency: z.string(),
  window: z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime() }),
  by: z.string(),
  coverage: z.number().min(0).max(1),
  rows: z.array(
    z.strictObject({
      key: z.string(),
      namespace: z.string().optional(),
      workload: z.strictObject({ kind: z.string(), name: z.string() }).optional(),
      owner: z.string().optional(),
      // "Every row's identity fields where they apply."
      node: z.string().optional(),
      pod: z.string().optional(),
      container: z.string().optional(),
      cpuCoreHours: z.number(),
      ramGiBHours: z.number(),
      gpuHours: z.number(),
      cpuCost: z.number(),
      ramCost: z.number(),
      gpuCost: z.number(),
      storageCost: z.number(),
      networkCost: z.number(),
      loadBalancerCost: z.number(),
      sharedCost: z.number(),
      totalCost: z.number(),
      cpuEfficiency: z.number().nullable(),
      ramEfficiency: z.number().nullable(),
      efficiency: z.number().nullable(),
      coverage: z.number().min(0).max(1),
      coverageBy: z.strictObject({
        cpu: z.number().min(0).max(1),
        memory: z.number().min(0).max(1),
        requests: z.number().min(0).max(1),
        network: z.number().min(0).max(1),
        disk: z.number().min(0).max(1),
        price: z.number().min(0).max(1),
      }),
      /** Only where a price is not the node's own for sure. */
      priceConfidence: z.number().min(0).max(1).optional(),
    }),
  ),
  idle: z.strictObject({
    cpuCost: z.number(),
    ramCost: z.number(),
    gpuCost: z.number(),
    totalCost: z.number(),
  }),
  /** Only in costs by node. */
  idleByNode: z.array(z.looseObject({ node: z.string() })).optional(),
  nodesCost: z.number(),
  totalCost: z.number(),
  priceBasis: z.enum(['list', 'contracted', 'effective']),
  provisional: z.boolean(),
});

let cluster: TestCluster;
let folder: TempFolder;
const run = (...args: readonly string[]): Promise<CliResult> =>
  burnwatch(args, { cwd: folder.path });

/** Two windows before the end are left for `once`. */
let backfilledTo: number;

beforeAll(async () => {
  folder = new TempFolder();
  cluster = await startTestCluster({ hours: 30, minerFromHour: 25, rolloutAtHour: 12 });
  backfilledTo = cluster.end - 3 * 5 * MINUTE_MS;
  await writeConfig(folder.path, cluster.url);
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe('the main path on a real Prometheus', () => {
  it('says what to do while there is no history', async () => {
    const { code, stdout, stderr } = await run('costs');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/there is no history at .*burnwatch\.db yet: start `burnwatch run`/);
  });

  it('once --dry-run looks at a window and writes nothing', async () => {
    const at = formatTime(cluster.end - HOUR_MS);
    const { code, stdout } = await run('once', '--at', at, '--dry-run', '-o', 'json');
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as { window: Record<string, unknown> };
    expect(summary.window).toMatchObject({ end: at, nodes: 1, containers: 13, complete: true });
    expect(existsSync(folder.file('burnwatch.db'))).toBe(false);
  });

  it('backfill seals every window, shows progress, and prints nothing on stdout', async () => {
    const span = ['--from', formatTime(cluster.start), '--to', formatTime(backfilledTo)];
    const { code, stdout, stderr } = await run('backfill', ...span);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/100% 35[67]\/35[67] windows, up to .* 13 containers/);
    expect(stderr).toContain(`sealed up to ${formatTime(backfilledTo)}.`);
  });

  it('backfill again changes no row', async () => {
    const before = await dumpHistory(folder.file('burnwatch.db'));
    const span = ['--from', formatTime(cluster.start), '--to', formatTime(backfilledTo)];
    const { code, stderr } = await run('backfill', ...span);
    expect(code).toBe(0);
    expect(stderr).toContain('0 windows sealed');
    expect(differences(await dumpHistory(folder.file('burnwatch.db')), before)).toEqual([]);
  });

  it('once refuses to leave a gap and names the command that fills it', async () => {
    const before = await dumpHistory(folder.file('burnwatch.db'));
    const { code, stderr } = await run('once', '--at', formatTime(cluster.end));
    expect(code).toBe(1);
    expect(stderr).toContain('would leave a gap; run burnwatch backfill --from');
    expect(differences(await dumpHistory(folder.file('burnwatch.db')), before)).toEqual([]);
  });

  it('once seals the next window, and says so when it is sealed already', async () => {
    const at = formatTime(backfilledTo + 5 * MINUTE_MS);
    const first = await run('once', '--at', at);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^Sealed .* 1 nodes, 13 pods, 13 containers, coverage 100%\./);
    const second = await run('once', '--at', at);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain(`Nothing to do: sealed up to ${at}.`);
  });

  it.each([['namespace'], ['workload'], ['node'], ['owner'], ['pod'], ['label:app']])(
    'costs --by %s: JSON as the contract has it, rows and idle are the nodes’ cost',
    async (by) => {
      const span = ['--from', formatTime(cluster.start), '--to', formatTime(backfilledTo)];
      const { code, stdout } = await run('costs', ...span, '--by', by, '-o', 'json');
      expect(code).toBe(0);
      const report = costsJson.parse(JSON.parse(stdout));
      const rows = report.rows.reduce((sum, { totalCost }) => sum + totalCost, 0);
      expect(rows + report.idle.totalCost).toBeCloseTo(report.nodesCost, 8);
      expect(report.nodesCost).toBeGreaterThan(0);
      expect(report.by).toBe(by);
    },
  );

  it('costs prints a table, and CSV with the same total', async () => {
    const span = ['--from', formatTime(cluster.start), '--to', formatTime(backfilledTo)];
    const table = await run('costs', ...span, '--by', 'workload');
    expect(table.stdout).toMatch(/cache-warmer/);
    expect(table.stdout).toMatch(/^TOTAL/m);
    const csv = await run('costs', ...span, '--by', 'workload', '-o', 'csv');
    const lines = csv.stdout.trimEnd().split('\r\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('findings: the miner, as the contract has it, and nobody honest', async () => {
    const { code, stdout } = await run('findings', '--kind', 'cryptojacking', '-o', 'json');
    expect(code).toBe(0);
    const findings = z.array(findingJsonSchema).parse(JSON.parse(stdout));
    expect(findings.map(({ workload }) => workload?.name)).toEqual(['cache-warmer']);
    expect(findings[0]).toMatchObject({ cluster: 'test', namespace: 'team-0', state: 'open' });
    expect(findings[0]?.evidence.length).toBeGreaterThanOrEqual(2);
    expect(findings[0]?.startedAt).toBe(formatTime(cluster.start + 25 * HOUR_MS));
  });

  it('findings show, ack and accept; the next window puts decisions into force', async () => {
    const list = await run('findings', '--kind', 'cryptojacking', '-o', 'json');
    const [found] = z.array(findingJsonSchema).parse(JSON.parse(list.stdout));
    const id = found?.id ?? '';
    const shown = await run('findings', 'show', id.slice(0, 8));
    expect(shown.stdout).toMatch(/cryptojacking[\s\S]*Evidence[\s\S]*What happened[\s\S]*Next/);
    const ack = await run('findings', 'ack', id);
    expect(ack).toMatchObject({ code: 0, stdout: '' });
    expect(ack.stderr).toContain(`${id} is acknowledged`);
    await run('once', '--at', formatTime(backfilledTo + 10 * MINUTE_MS));
    expect(await stateOf(id)).toBe('acknowledged');
    const accept = await run('findings', 'accept', id, '--reason', 'our own', '--until', '30d');
    expect(accept.code).toBe(0);
    await run('once', '--at', formatTime(backfilledTo + 15 * MINUTE_MS));
    expect(await stateOf(id)).toBe('accepted');
  });

  it('exit code 2 for bad usage, 1 for what is not there; messages on stderr', async () => {
    for (const args of [
      ['costs', '--by', 'colour'],
      ['costs', '--window', 'soon'],
      ['findings', '--kind', 'nonsense'],
      ['backfill', '--from', '2h'],
      ['backfill', '--from', 'now', '--to', '2h'],
      ['once', '--at', '2999-01-01T00:00:00Z'],
      ['nonsense'],
    ]) {
      const { code, stdout, stderr } = await run(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr.trim()).not.toBe('');
    }
    const reasonless = await run('findings', 'accept', 'x', '--reason', ' ', '--until', '30d');
    expect(reasonless).toMatchObject({ code: 2, stdout: '' });
    expect(reasonless.stderr).toContain('--reason');
    const missing = await run('findings', 'show', 'ffffffff');
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('there is no finding ffffffff');
  });
});

describe('a store whose data ended days ago', () => {
  it('costs of a time without data say what the history holds', async () => {
    const { code, stderr } = await run('costs', '--from', '2001-01-01', '--to', '2001-01-02');
    expect(code).toBe(0);
    expect(stderr).toContain(`to ${formatTime(backfilledTo + 15 * MINUTE_MS)}`);
  });

  it('shows prices and posture as they were where the history ends, and says so', async () => {
    const prices = await run('prices', '-o', 'json');
    expect(prices.code).toBe(0);
    expect(prices.stderr).toContain('Prometheus shows no node');
    expect((JSON.parse(prices.stdout) as { nodes: unknown[] }).nodes.length).toBeGreaterThan(0);
    const posture = await run('posture', '-o', 'json');
    expect(posture.code).toBe(0);
    expect(posture.stderr).toContain('where the history ends');
    expect((JSON.parse(posture.stdout) as unknown[]).length).toBeGreaterThan(0);
  });
});

async function stateOf(id: string): Promise<string | undefined> {
  const { stdout } = await run('findings', 'show', id, '-o', 'json');
  return findingJsonSchema.parse(JSON.parse(stdout)).state;
}
