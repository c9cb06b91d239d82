import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, startBurnwatch } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { sealedUpTo, startDaemon } from '../support/daemon.ts';
import { startTestCluster, writeConfig, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { eventually } from '../support/waiting.ts';

const WINDOW = 5 * MINUTE_MS;
const SCHEDULE = { cycle: '* * * * * *', settle: '10s', initialBackfill: '2h' };
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({ hours: 30 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe('burnwatch run', () => {
  it('shows costs at once, fills a new history, answers probes, and keeps others out', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, { schedule: SCHEDULE });
    const live = cluster.end - 3 * WINDOW;
    const clock = new TestClock(folder.file('clock'), live + 11_000);
    await using daemon = await startDaemon({ cwd: folder.path, env: clock.env });
    const { process } = daemon;

    await process.shows(/Costs of the last hour in test:[\s\S]*team-0[\s\S]*TOTAL/);
    await process.shows(sealedUpTo(live));
    expect(process.stdout).toMatch(/^Costs of the last hour in test:/);
    expect(process.stderr).toMatch(/Filling a new history/);

    expect(await (await fetch(`${daemon.probes}/-/healthy`)).text()).toMatch(/healthy/);
    expect(await (await fetch(`${daemon.probes}/-/ready`)).text()).toMatch(/ready/);
    expect((await fetch(`${daemon.probes}/api/v1/costs`)).status).toBe(404);
    const metrics = await daemon.metrics();
    expect(metrics).toMatch(/^burnwatch_windows_sealed_total 24$/m);
    expect(metrics).toMatch(/^burnwatch_window_coverage 1$/m);
    expect(metrics).toMatch(/^burnwatch_window_containers 12$/m);
    const system = await (await fetch(`${daemon.pages}/system`)).text();
    expect(system).toContain('What a window costs Prometheus');

    for (const args of [['run'], ['backfill', '--from', '2h', '--to', 'now'], ['once']]) {
      const second = await burnwatch(args, { cwd: folder.path });
      expect(second.code).toBe(1);
      const who = `by \`burnwatch run\` (process ${process.pid}, since `;
      expect(second.stderr).toContain(`burnwatch.db is in use ${who}`);
      expect(second.stderr).toContain('stop it first');
    }
    // Readers are let in.
    expect(await burnwatch(['costs'], { cwd: folder.path })).toMatchObject({ code: 0 });

    clock.set(live + WINDOW + 11_000);
    await process.shows(sealedUpTo(live + WINDOW));
  });

  it('SIGHUP takes a good file, and keeps the old one in force when the new one is bad', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, { schedule: SCHEDULE });
    const file = folder.file('burnwatch.yaml');
    const good = readFileSync(file, 'utf8');
    const live = cluster.end - 3 * WINDOW;
    const clock = new TestClock(folder.file('clock'), live + 11_000);
    await using daemon = await startDaemon({ cwd: folder.path, env: clock.env });
    const { process } = daemon;
    await process.shows(sealedUpTo(live));

    appendFileSync(file, 'budgetz: []\n');
    process.kill('SIGHUP');
    await process.shows(/burnwatch\.yaml:\d+: budgetz: is not a known key; did you mean budgets\?/);
    expect(process.stderr).toContain('the old one stays in force');
    expect(await daemon.metrics()).toMatch(/^burnwatch_config_last_reload_successful 0$/m);

    writeFileSync(file, good.replace('cluster: test', 'cluster: other'));
    process.kill('SIGHUP');
    await process.shows(/cluster: changed from "test" to "other": that needs a restart/);

    writeFileSync(file, `${good}pricing:\n  cpuCoreHour: 1000\n`);
    process.kill('SIGHUP');
    await process.shows(/Configuration reloaded/);
    expect(await daemon.metrics()).toMatch(/^burnwatch_config_last_reload_successful 1$/m);
    clock.set(live + WINDOW + 11_000);
    // A node of 16 cores at 1000 an hour: the new price is in force, the past is not repriced.
    await process.shows(sealedUpTo(live + WINDOW));
    const { stdout } = await burnwatch(
      ['costs', '--from', formatTime(live - HOUR_MS), '--to', formatTime(live), '-o', 'json'],
      { cwd: folder.path },
    );
    expect((JSON.parse(stdout) as { nodesCost: number }).nodesCost).toBeLessThan(10);
    const fresh = await burnwatch(
      ['costs', '--from', formatTime(live), '--to', formatTime(live + WINDOW), '-o', 'json'],
      { cwd: folder.path },
    );
    expect((JSON.parse(fresh.stdout) as { nodesCost: number }).nodesCost).toBeGreaterThan(1000);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s in the middle of a catch-up ends it in time, sealed or untouched',
    async (signal) => {
      using folder = new TempFolder();
      const schedule = { ...SCHEDULE, initialBackfill: '29h' };
      await writeConfig(folder.path, cluster.url, { schedule });
      const clock = new TestClock(folder.file('clock'), cluster.end + 11_000);
      const options = { cwd: folder.path, env: clock.env };
      await using daemon = await startDaemon(options);
      await daemon.process.shows(/Catching up/);
      daemon.process.kill(signal);
      // It ends itself with 1 when nine seconds were not enough.
      expect(await daemon.process.ended).toMatchObject({ code: 0 });
      expect(daemon.process.stderr).toMatch(/info\s+ended/);
      // What is sealed is whole, and the next run goes on from there.
      await using again = startBurnwatch(['run', '--log-format', 'text'], options);
      await again.shows(sealedUpTo(cluster.end));
      const metrics = /probes=([^\s)]+)/.exec(again.stderr)?.[1] ?? '';
      await eventually(
        async () => (await fetch(`${metrics}/metrics`)).text(),
        (text) => text.includes('burnwatch_window_complete 1'),
      );
    },
  );

  it('says what is wrong and ends with 2 when the configuration is bad, 1 when a port is taken', async () => {
    using folder = new TempFolder();
    await writeConfig(folder.path, cluster.url, { cluster: '' });
    const bad = await burnwatch(['run'], { cwd: folder.path });
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toMatch(/burnwatch\.yaml:1: cluster: /);

    const port = new URL(cluster.url).host;
    await writeConfig(folder.path, cluster.url, {
      serve: { listen: '127.0.0.1:0', probes: port },
    });
    const taken = await burnwatch(['run'], { cwd: folder.path });
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`serve.probes`);
    expect(taken.stderr).toContain(port);
  });
});
