import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findingJsonSchema } from '../../src/model/findingJson.ts';
import { formatTime, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { sealedUpTo, startDaemon } from '../support/daemon.ts';
import { differences, dumpHistory } from '../support/dumpHistory.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { TestServer } from '../support/notify/httpServer.ts';
import { eventually, until } from '../support/waiting.ts';

/** Prometheus is killed under a running daemon, stays away for four windows, and comes back. */
const WINDOW = 5 * MINUTE_MS;
const OUTAGE_WINDOWS = 4;
const ANNOUNCED = /\[already-open\].*cache-warmer/;
let cluster: TestCluster;
let folder: TempFolder;
let undisturbed: readonly string[];
/** Watches the watcher. */
let monitor: TestServer;

beforeAll(async () => {
  cluster = await startTestCluster({ hours: 28, minerFromHour: 25 });
  folder = new TempFolder();
  monitor = await TestServer.start();
  const heartbeat = { url: `${monitor.url}/ping` };
  const more = { schedule: { cycle: '* * * * * *', settle: '10s' }, heartbeat };
  await writeConfig(folder.path, cluster.url, more);
  using other = new TempFolder();
  await writeConfig(other.path, cluster.url, more);
  await backfill(other.path, cluster.end);
  undisturbed = await dumpHistory(other.file('burnwatch.db'));
  await backfill(folder.path, cluster.end - (OUTAGE_WINDOWS + 2) * WINDOW);
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await cluster[Symbol.asyncDispose]();
  await monitor.stop();
});

async function backfill(cwd: string, until: number): Promise<void> {
  const from = formatTime(cluster.start + WINDOW);
  const span = ['--from', from, '--to', formatTime(until), '--no-notify'];
  expect(await burnwatch(['backfill', ...span], { cwd })).toMatchObject({ code: 0 });
}

async function findings(): Promise<z.infer<typeof findingJsonSchema>[]> {
  const { stdout } = await burnwatch(['findings', '--state', 'all', '-o', 'json'], {
    cwd: folder.path,
  });
  return z.array(findingJsonSchema).parse(JSON.parse(stdout));
}

const outageOf = (all: Awaited<ReturnType<typeof findings>>) =>
  all.find(({ rule }) => rule === 'source-outage');
const minerOf = (all: Awaited<ReturnType<typeof findings>>) =>
  all.find(({ kind }) => kind === 'cryptojacking');

describe('Prometheus away for a while', () => {
  it('is told, resolves nothing, records no zero, and the gap is filled afterwards', async () => {
    const before = cluster.end - (OUTAGE_WINDOWS + 2) * WINDOW;
    const clock = new TestClock(folder.file('clock'), before + 11_000);
    await using daemon = await startDaemon({ cwd: folder.path, env: clock.env });

    // Live and well.
    clock.set(before + WINDOW + 11_000);
    await daemon.process.shows(sealedUpTo(before + WINDOW));
    expect(await daemon.metrics()).toMatch(/^burnwatch_source_up 1$/m);
    expect(minerOf(await findings())?.state).toBe('open');
    // It was found by a muted backfill: the first live window announces it.
    await daemon.process.shows(ANNOUNCED);
    const rows = await dumpHistory(folder.file('burnwatch.db'));

    await until('a heartbeat', () => monitor.requests.length > 0);
    const beats = monitor.requests.length;

    // Away: every tick says so, and the process lives on.
    await cluster.kill();
    for (let missed = 2; missed <= 1 + OUTAGE_WINDOWS; missed += 1)
      clock.set(before + missed * WINDOW + 11_000);
    await daemon.process.shows(/Prometheus query failed/);
    for (const shown of [
      /^burnwatch_source_up 0$/m,
      /^burnwatch_data_problems\{code="source-unavailable"\} 1$/m,
      // The outage, and that the flat rates stand in for this machine's price.
      /^burnwatch_findings\{kind="data-quality",severity="warning"\} 2$/m,
      /^burnwatch_cycles_total\{result="outage"\} [1-9]/m,
    ])
      await eventually(daemon.metrics, (text) => shown.test(text));
    for (const probe of ['healthy', 'ready'])
      expect((await fetch(`${daemon.probes}/-/${probe}`)).status).toBe(200);
    const during = await findings();
    expect(outageOf(during)).toMatchObject({ kind: 'data-quality', state: 'open' });
    expect(outageOf(during)?.summary).toContain('Prometheus query failed');
    expect(minerOf(during)?.state).toBe('open');
    // No row came, and none went: only the finding that says so.
    const left = await dumpHistory(folder.file('burnwatch.db'));
    expect(left.length).toBeGreaterThan(rows.length);
    expect(differences(plain(left), plain(rows))).toEqual([]);

    // Whoever misses the heartbeat knows.
    expect(monitor.requests).toHaveLength(beats);

    // Back: everything that was missed is there, as if nothing had been.
    await cluster.startAgain();
    clock.set(cluster.end + 11_000);
    await daemon.process.shows(sealedUpTo(cluster.end));
    await until('a heartbeat again', () => monitor.requests.length > beats);
    expect(outageOf(await findings())).toMatchObject({ state: 'resolved' });
    expect(await daemon.metrics()).toMatch(/^burnwatch_source_up 1$/m);
    expect(daemon.process.stderr.match(new RegExp(ANNOUNCED, 'g'))).toHaveLength(1);
    expect(daemon.process.stderr).not.toContain('NODE-CRON');
    daemon.process.kill('SIGTERM');
    expect(await daemon.process.ended).toMatchObject({ code: 0 });
    const now = await dumpHistory(folder.file('burnwatch.db'));
    expect(differences(plain(now), plain(undisturbed))).toEqual([]);
  });
});

/** Without the outage's own finding and events, and without what is counted or muted on the way. */
function plain(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !line.includes('source-outage'))
    .filter((line) => !/^meta .*(hours|windows)_from/.test(line))
    .map((line) => line.replace(/"suppressed":[01]/, '').replace(/"seq":\d+/, ''))
    .map((line) => line.replace(/"muted":[01]/, ''));
}
