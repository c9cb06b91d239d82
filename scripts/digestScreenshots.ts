// `node scripts/digestScreenshots.ts [FOLDER]`: sends the digest of a made-up week to the stand-in for Slack with
// the command that sends it in earnest, and photographs it there and as a page for docs/digest.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCli } from '../src/cli/program.ts';
import { startSlackStandIn } from '../demo/slack/startSlackStandIn.ts';
import { parseWeek } from '../src/store/digests/week.ts';
import { DAY_MS, HOUR_MS } from '../src/model/time.ts';
import { startBrowser } from '../test/support/browser.ts';
import { recordScenario, scenarioConfig } from '../test/support/digestScenario.ts';
import { TempHistory } from '../test/support/tempHistory.ts';
import { toWebp } from '../test/support/webp.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/images');
await mkdir(folder, { recursive: true });
using temp = new TempHistory();
const config = scenarioConfig();
const { timezone } = config.schedule;
const week = parseWeek('2026-W47', timezone)!;
const now = week.end + 9 * HOUR_MS;
const path = await recordScenario(temp, {
  start: week.start - 17 * DAY_MS,
  end: now,
  change: week.start,
  config,
});
const slack = await startSlackStandIn({
  now: () => now,
  rates: null,
  fileProcessingMs: 0,
  channels: [
    { name: 'cloud-cost', topic: 'What the clusters cost, and what can be saved' },
    { name: 'team-shop', topic: 'Shop: checkout, cart, payments' },
    { name: 'data', topic: 'Pipelines and notebooks' },
  ],
});
const file = join(temp.folder, 'burnwatch.yaml');
await writeFile(
  file,
  stringify({
    cluster: config.cluster,
    schedule: { window: '1h', timezone },
    pricing: { currency: config.pricing.currency, exchangeRate: 1, nodes: config.pricing.nodes },
    budgets: config.budgets,
    owners: { teams: config.owners.teams },
    history: { path },
    slack: { token: slack.botToken, apiUrl: slack.apiUrl },
    notifications: { preview: 'off' },
    serve: { externalUrl: 'https://burnwatch.example.com' },
  }),
);
let page = '';
const io = {
  out: (text: string) => void (page += text),
  err: (text: string) => process.stderr.write(text),
  isTerminal: false,
  now: () => now,
  user: 'nobody',
};
await runCli(['digest', '--offline', '-o', 'html', '--config', file], io);
await writeFile(join(temp.folder, 'digest.html'), page);

const browser = await startBrowser();
for (const [name, width, colorScheme, deviceScaleFactor] of [
  ['desktop', 1_000, 'light', 1],
  ['desktop-dark', 1_000, 'dark', 1],
  ['phone', 390, 'light', 1.5],
  ['phone-dark', 390, 'dark', 1.5],
] as const) {
  const viewport = { width, height: 1_250 };
  const tab = await browser.newPage({ viewport, colorScheme, deviceScaleFactor });
  await tab.goto(`file://${join(temp.folder, 'digest.html')}`);
  const fullPage = name === 'desktop';
  await writeFile(
    join(folder, `digest-${name}.webp`),
    await toWebp(browser, await tab.screenshot({ fullPage })),
  );
  await tab.close();
}
const SCROLL_DOWN =
  "document.querySelectorAll('.messages').forEach((list) => { list.scrollTop = list.scrollHeight; })";
for (const [channel, name] of [
  ['cloud-cost', 'slack'],
  ['team-shop', 'slack-owner'],
] as const) {
  const tab = await browser.newPage({ viewport: { width: 1_120, height: 900 } });
  await tab.goto(`${slack.pageUrl.replace(/\/$/, '')}/client/${channel}?theme=light`);
  await tab.waitForLoadState('networkidle');
  const box = await tab.locator('.channel .message').last().boundingBox();
  await tab.setViewportSize({ width: 1_120, height: Math.ceil(130 + (box?.height ?? 900)) });
  await tab.evaluate(SCROLL_DOWN);
  await writeFile(
    join(folder, `digest-${name}.webp`),
    await toWebp(browser, await tab.screenshot()),
  );
  await tab.close();
}
await browser.close();
await slack.close();
