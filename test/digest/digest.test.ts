import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import type { SlackStandIn } from '../../demo/slack/options.ts';
import type { SampleSource } from '../../demo/samples.ts';
import { openDeliveryStore } from '../../src/engines/openHistory.ts';
import type { DeliveryStore } from '../../src/store/notifications/deliveryStore.ts';
import { lastWeek } from '../../src/store/digests/week.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { burnwatch, type CliResult } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { startDaemon } from '../support/daemon.ts';
import { plainCluster } from '../support/plainCluster.ts';
import { lastMonday, writeConfig } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { eventually } from '../support/waiting.ts';
import { startVictoriaMetrics, type VictoriaMetrics } from '../support/victoriaMetrics.ts';

/** Two whole weeks up to the last Monday, and the morning after it. */
const END = lastMonday();
const START = END - 14 * DAY_MS;
const NOW = END + 9 * HOUR_MS;
const SPACING_MS = 5 * MINUTE_MS;
const week = lastWeek(NOW, 'UTC');

let store: VictoriaMetrics;
let slack: SlackStandIn;
let folder: TempFolder;
let clock: TestClock;
const run = (...args: readonly string[]): Promise<CliResult> =>
  burnwatch(args, { cwd: folder.path, env: clock.env });

beforeAll(async () => {
  folder = new TempFolder();
  clock = new TestClock(folder.file('clock'), NOW);
  store = await startVictoriaMetrics();
  slack = await startSlackStandIn({
    channels: [{ name: 'cloud-cost' }],
    rates: null,
    fileProcessingMs: 0,
  });
  const source = plainCluster({
    containers: 6,
    spacingMs: SPACING_MS,
    bornAt: START - 30 * DAY_MS,
    minerFrom: END - 4 * DAY_MS,
  });
  for (let day = START - DAY_MS; day < END; day += DAY_MS)
    await store.load(textOf(source, day, day + DAY_MS));
  await writeConfig(folder.path, store.url, digestConfig());
  const span = ['--from', formatTime(START), '--to', formatTime(END)];
  const filled = await run('backfill', ...span, '--no-notify');
  if (filled.code !== 0) throw new Error(`backfill failed:\n${filled.stderr}`);
});
afterAll(async () => {
  await slack.close();
  await store.stop();
  folder[Symbol.dispose]();
});

function digestConfig() {
  return {
    prometheus: { url: store.url, rateRange: '20m' },
    schedule: { window: '1h', digest: '0 9 * * 1' },
    pricing: { currency: 'EUR', exchangeRate: 1 },
    slack: { token: slack.botToken, apiUrl: slack.apiUrl },
    notifications: { preview: 'off' },
  };
}

function textOf(source: SampleSource, start: number, end: number): string {
  const lines: string[] = [];
  for (const { name, series } of source.families(start, end)) {
    for (const { labels, times, values } of series) {
      const inner = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      for (let at = 0; at < times.length; at += 1)
        lines.push(`${name}{${inner.join(',')}} ${values[at]} ${times[at]}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('the digest command on a history from a real store', () => {
  it('prints the week that is over, and its figures are the bill’s', async () => {
    const { code, stdout } = await run('digest', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain(`Burnwatch, test, week ${week.name}`);
    expect(stdout).toContain('new workloads (Deployment/cache-warmer)');
    const json = await run('digest', '--dry-run', '-o', 'json');
    const digest = JSON.parse(json.stdout);
    const span = ['--from', formatTime(week.start), '--to', formatTime(week.end)];
    const costs = JSON.parse((await run('costs', ...span, '-o', 'json')).stdout);
    expect(digest.total.cost).toBe(costs.totalCost);
    expect(digest.idle.cost).toBe(costs.idle.totalCost);
    expect(
      digest.namespaces.map(({ key, cost }: { key: string; cost: number }) => [key, cost]),
    ).toEqual(
      costs.rows.map(({ key, totalCost }: { key: string; totalCost: number }) => [key, totalCost]),
    );
    expect(digest.comparison).toMatchObject({ state: 'whole', note: null });
    expect(digest.week).toEqual({
      name: week.name,
      start: formatTime(week.start),
      end: formatTime(week.end),
    });
    expect(slack.messages('#cloud-cost')).toHaveLength(0);
  });

  it('prints one page that needs nothing from elsewhere', async () => {
    const { code, stdout } = await run('digest', '--dry-run', '-o', 'html');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).not.toMatch(/<(script|link|img|iframe|object)\b/);
    expect(stdout).not.toMatch(/\b(src|href)=|url\(|@import/);
  });

  it('sends it once; again only when told to', async () => {
    const first = await run('digest');
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain(`The digest of ${week.name} went out in 1 message.`);
    const [message, ...more] = slack.messages('#cloud-cost');
    expect(more).toEqual([]);
    expect(JSON.stringify(message)).toContain(`week ${week.name} cost`);
    // The chart came after the text.
    expect(JSON.stringify(message)).toContain('"type":"image"');

    const second = await run('digest');
    expect(second.code).toBe(0);
    expect(second.stderr).toMatch(/was sent already at .*: --again sends it once more/);
    expect(slack.messages('#cloud-cost')).toHaveLength(1);
    await run('digest', '--again');
    expect(slack.messages('#cloud-cost')).toHaveLength(2);
  });

  it('says what is wrong with a week', async () => {
    const bad = await run('digest', '--week', '2026-W54', '--dry-run');
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('--week: "2026-W54" is not an ISO week: write it as');
    const old = await run('digest', '--week', '2020-W10', '--dry-run');
    expect(old).toMatchObject({ code: 1, stdout: '' });
    expect(old.stderr).toContain('there is no data of 2020-W10: the history holds');
    const current = lastWeek(NOW + 7 * DAY_MS, 'UTC').name;
    const early = await run('digest', '--week', current);
    expect(early.code).toBe(2);
    expect(early.stderr).toContain(`${current} is not over yet`);
  });
});

describe('the daemon', () => {
  it('sends it once when it is due, also when it was down at that moment', async () => {
    using other = new TempFolder();
    const time = new TestClock(other.file('clock'), END - 20 * HOUR_MS);
    const options = { cwd: other.path, env: time.env };
    await writeConfig(other.path, store.url, {
      ...digestConfig(),
      schedule: { ...digestConfig().schedule, initialBackfill: '2d' },
      serve: { listen: '127.0.0.1:0', probes: '127.0.0.1:0' },
    });
    const sent = (): number =>
      slack
        .messages('#cloud-cost')
        .filter((message) => JSON.stringify(message).includes(`week ${week.name} cost`)).length;
    const before = sent();
    const read = async <T>(ask: (deliveries: DeliveryStore) => Promise<T>): Promise<T> => {
      const deliveries = await openDeliveryStore(other.file('burnwatch.db'));
      try {
        return await ask(deliveries);
      } finally {
        await deliveries.close();
      }
    };
    const installedAt = () => read(async (deliveries) => (await deliveries.view(END)).installedAt);
    const open = () => read(async (deliveries) => (await deliveries.queue()).waiting);
    {
      await using daemon = await startDaemon(options);
      await eventually(installedAt, (at) => at !== null);
      daemon.process.kill('SIGKILL');
    }
    expect(sent()).toBe(before);
    // Down at nine; up again at ten.
    time.set(NOW + HOUR_MS);
    {
      await using daemon = await startDaemon(options);
      await daemon.process.shows(/Weekly digest queued/);
      await eventually(sent, (count) => count > before);
      // A post that is killed before its answer is noted is looked for in Slack: another test's matter.
      await eventually(open, (count) => count === 0);
    }
    expect(sent()).toBe(before + 1);
    // Two hours later, after another cycle, whose windows wait for samples: it was sent.
    time.set(NOW + 3 * HOUR_MS);
    {
      await using daemon = await startDaemon(options);
      await daemon.process.shows(/no sample of nodes or containers after/);
    }
    expect(sent()).toBe(before + 1);
  });
});
