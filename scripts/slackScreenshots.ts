// `node scripts/slackScreenshots.ts [FOLDER]`: posts one message of each kind to the stand-in for Slack,
// through the channel that sends them in earnest, and photographs its page for docs/notifications.md; then two mails.
import { memoryResponses } from '../test/support/respond/memoryResponses.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSlackStandIn } from '../demo/slack/startSlackStandIn.ts';
import type { Finding } from '../src/model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../src/model/time.ts';
import type { ClaimedDelivery, Receipt } from '../src/store/notifications/delivery.ts';
import type { FindingsNotice, Notice, NoticeReason } from '../src/store/notifications/notice.ts';
import { listenToButtons } from '../src/channels/slack/buttons.ts';
import { htmlBody, PICTURE_CID } from '../src/channels/email/emailBody.ts';
import { noticeContent } from '../src/channels/noticeContent.ts';
import { monthMails } from '../src/notify/monthMails.ts';
import { createSlackClient } from '../src/channels/slack/client.ts';
import { ACTION_IDS } from '../src/channels/slack/message.ts';
import { historyPictures } from '../src/channels/pictures.ts';
import { slackChannel } from '../src/channels/slack/slackChannel.ts';
import { aNotice } from '../test/support/notify/deliveries.ts';
import { FakeClock } from '../test/support/notify/fakeClock.ts';
import { aFinding, TEST_NOW } from '../test/support/notify/findings.ts';
import * as samples from '../test/support/notify/samples.ts';
import { startBrowser } from '../test/support/browser.ts';
import { toWebp } from '../test/support/webp.ts';
import { loadThresholds } from '../src/daemon/config/loadThresholds.ts';
import type { UsagePoint, UsageQuery } from '../src/store/usage.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/images');
await mkdir(folder, { recursive: true });

const clock = new FakeClock(TEST_NOW + 3 * MINUTE_MS);
const slack = await startSlackStandIn({
  now: () => clock.now(),
  channels: [
    { name: 'cloud-cost', topic: 'What the clusters cost, and what can be saved' },
    { name: 'security', topic: 'Incidents. Runbook: preserve first, delete last' },
    { name: 'team-shop', topic: 'Shop: checkout, cart, payments' },
    { name: 'team-data', topic: 'Pipelines and notebooks' },
  ],
  users: [
    { id: 'U0ALICE01', name: 'alice', realName: 'Alice Moreno', email: 'alice@example.com' },
    { id: 'U0SECURE1', name: 'sam', realName: 'Sam Okafor', email: 'sam@example.com' },
  ],
  userGroups: [
    { id: 'S0SHOPDEVS', handle: 'shop-devs', name: 'Shop', users: [], channels: ['team-shop'] },
  ],
});
const context = {
  currency: 'USD',
  externalUrl: 'https://burnwatch.example.com',
  kubeContext: 'prod-eu',
};
function sampled({ from, to, workload: { name } }: UsageQuery): readonly UsagePoint[] {
  const all = [samples.MINER, samples.STUCK, samples.OOM];
  const found = all.find(({ scope }) => scope.workload?.name === name) ?? samples.MINER;
  return samples.sampleUsage(found, from, to);
}

const usage = historyPictures(
  {
    usage: async (query) => sampled(query),
    usageSeries: async (query) => {
      const points = sampled(query).filter(({ window }) => window.start % HOUR_MS === 0);
      return { points: points as never, ranges: [] };
    },
    workloadsOf: async () => [],
    spend: samples.sampleSpend,
  },
  { timezone: 'UTC', currency: 'USD', baseline: loadThresholds([]).abuse.baseline },
);
const channel = slackChannel({
  client: createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl }),
  clock,
  context,
  pictures: usage,
});

let count = 0;
const roots = new Map<string, Receipt>();
/** The notice with data that reach until three minutes ago. */
function asOfNow(notice: FindingsNotice): FindingsNotice {
  const dataUntil = clock.now() - 3 * MINUTE_MS;
  const findings = notice.findings.map((finding) =>
    finding.state === 'resolved' ? finding : { ...finding, lastSeen: dataUntil },
  );
  return { ...notice, at: clock.now(), dataUntil, findings };
}

/** Posts, or goes on with the conversation of this name. */
async function say(target: string, conversation: string, notice: Notice): Promise<void> {
  clock.time += 5 * MINUTE_MS;
  count += 1;
  const key = `${target} ${conversation}`;
  const delivery: ClaimedDelivery = {
    id: `sample-${count}`,
    receiver: { channel: 'slack', target },
    conversation,
    priority: 0,
    notice: notice.kind === 'findings' ? asOfNow(notice) : notice,
    createdAt: clock.now(),
    attempts: 0,
    inDoubt: false,
    root: roots.get(key) ?? null,
  };
  const signal = AbortSignal.timeout(20_000);
  const receipt = await channel.send(delivery, signal);
  const better = await channel.follow?.(delivery, receipt, signal);
  roots.set(key, better ?? receipt);
}

function news(
  findings: readonly Finding[],
  reason: NoticeReason,
  text: string,
  more: Partial<FindingsNotice> = {},
): FindingsNotice {
  const changes = findings.map(({ id }) => ({ findingId: id, reason, text }));
  return aNotice(findings, { changes, ...more });
}

const browser = await startBrowser();
async function keep(name: string, png: Buffer): Promise<void> {
  await writeFile(join(folder, `${name}.webp`), await toWebp(browser, png));
  process.stdout.write(`${name}.webp\n`);
}
const SCROLL_DOWN =
  "document.querySelectorAll('.messages').forEach((list) => { list.scrollTop = list.scrollHeight; })";
async function photograph(name: string, path: string, last = 1, width = 1_120): Promise<void> {
  const viewport = { width, height: 900 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.25 });
  await page.goto(`${slack.pageUrl.replace(/\/$/, '')}${path}`);
  await page.waitForLoadState('networkidle');
  // As tall as the channel's last messages are.
  const messages = await page.locator('.channel .message').all();
  let height = 130;
  for (const message of messages.slice(-last)) {
    height += (await message.boundingBox())?.height ?? 0;
  }
  await page.setViewportSize({ width, height: Math.ceil(height) });
  await page.locator('.channel .message').last().scrollIntoViewIfNeeded();
  await page.evaluate(SCROLL_DOWN);
  await keep(`slack-${name}`, await page.screenshot());
  await page.close();
}
/** "Accept until …", pressed by somebody who may and opened by the app. */
async function photographDialog(): Promise<void> {
  const stop = new AbortController();
  const nothing = async () => undefined;
  const running = listenToButtons(
    {
      appToken: slack.appToken,
      apiUrl: slack.apiUrl,
      client: createSlackClient({ token: slack.botToken, apiUrl: slack.apiUrl }),
      clock,
      reader: { finding: async () => samples.STUCK },
      actions: { append: async () => 1 },
      silences: { add: nothing, list: async () => [] },
      audit: { append: async () => 1 },
      responses: memoryResponses(0),
      enqueue: nothing,
      platform: { channel: 'slack', target: '#cloud-cost' },
      abuseResponders: new Set(['U0SECURE1']),
      changed: () => undefined,
      logger: { info: () => undefined, warn: (_, message) => process.stderr.write(`${message}\n`) },
    },
    stop.signal,
  );
  while (slack.connections() === 0) await wait(20);
  const option = `accept:${samples.STUCK.id}`;
  const at = { channel: '#security', ts: tsOf('#security', 'stuck') };
  await slack.press({ userId: 'U0SECURE1', ...at, actionId: ACTION_IDS.more, option });
  while (slack.dialog('U0SECURE1') === undefined) await wait(20);
  const page = await browser.newPage({
    viewport: { width: 1_120, height: 700 },
    deviceScaleFactor: 1.25,
  });
  await page.goto(`${slack.pageUrl}client/security?theme=light&as=U0SECURE1`);
  await page.waitForLoadState('networkidle');
  await page.fill(
    'textarea',
    'The nightly report of the quarter; Dana knows, and it ends on Friday',
  );
  await keep('slack-accept', await page.screenshot());
  await page.close();
  stop.abort();
  await running;
}
const tsOf = (target: string, conversation: string) =>
  roots.get(`${target} ${conversation}`)?.ids['ts'] ?? '';

const { MINER, STUCK, BUDGET, OOM, SPIKE, NO_DATA } = samples;
await say('#security', 'miner', news([MINER], 'new', 'It was just recognised'));
await photograph('critical', '/client/security?theme=light');
await photograph('critical-dark', '/client/security?theme=dark');

await say(
  'group:@shop-devs',
  'miner',
  news([MINER], 'new', 'It was just recognised', { audience: 'owner' }),
);
await photograph('owner-copy', '/client/team-shop?theme=light');

const mine = { by: 'slack:U0SECURE1 (sam)', at: clock.now(), reason: null, until: null };
await say(
  '#security',
  'miner',
  news(
    [{ ...MINER, state: 'acknowledged', decision: mine }],
    'acknowledged',
    'sam: looking into it',
  ),
);
clock.time += HOUR_MS;
await say(
  '#security',
  'miner',
  news(
    [{ ...MINER, state: 'resolved', resolvedAt: TEST_NOW + HOUR_MS, decision: mine }],
    'resolved',
    'Its use has been back to normal for 30 minutes',
  ),
);
await photograph(
  'resolved',
  `/client/security?theme=light&thread=${tsOf('#security', 'miner')}`,
  1,
  1_500,
);

await say('#security', 'stuck', news([STUCK], 'new', 'It was just recognised'));
await photograph('warning', '/client/security?theme=light');
await photographDialog();

await say(
  '#team-shop',
  'budget',
  news([BUDGET], 'new', 'It was just recognised', { audience: 'owner' }),
);
await photograph('budget', '/client/team-shop?theme=light');
await say('#team-shop', 'oom', news([OOM], 'new', 'It was just recognised', { audience: 'owner' }));
await photograph('oom', '/client/team-shop?theme=light');

await say(
  '#cloud-cost',
  'spike',
  news([SPIKE], 'new', 'It was just recognised', { audience: 'platform' }),
);
await photograph('cost-spike', '/client/cloud-cost?theme=light');

const many = ['orders', 'cart', 'search', 'recommendations', 'email', 'payments', 'ads'].map(
  (name, index): Finding => ({
    ...OOM,
    ...aFinding({
      name,
      kind: 'underprovisioned',
      rule: 'oom-killed',
      severity: 'warning',
      state: index > 4 ? 'resolved' : 'open',
    }),
    summary: `OOM-killed ${2 + index} times in 24 h; raise the memory limit to ${300 + index * 75}Mi`,
    evidence: OOM.evidence,
    costSoFarNano: null,
    costPerMonth: null,
  }),
);
await say(
  '#cloud-cost',
  'group',
  news(many, 'new', 'They came together', { audience: 'platform' }),
);
await say(
  '#cloud-cost',
  'announcement',
  news(
    [SPIKE, STUCK, BUDGET],
    'already-open',
    'It was open before Burnwatch could first notify you',
    {
      audience: 'platform',
      since: TEST_NOW - 26 * HOUR_MS,
      insteadOf: 'the owner (#team-shop), security (#security)',
    },
  ),
);
await photograph('groups', '/client/cloud-cost?theme=light', 2);

await say(
  '#cloud-cost',
  'no-data',
  news([NO_DATA], 'new', 'It was just recognised', { audience: 'platform' }),
);
await photograph('missing-data', '/client/cloud-cost?theme=light');
await say('#cloud-cost', 'owners', {
  kind: 'note',
  audience: 'platform',
  title: '2 owners could not be notified',
  lines: [
    "shop/Deployment/cart: Its owner team-cart is no e-mail address and no Slack channel, user or group. Map it under owners.teams, such as team-cart: '#channel'.",
    'analytics: namespace analytics has no owner. Set one of burnwatch.io/owner, a8r.io/owner, owner, team on the namespace or the workload, or add a route under owners.routes.',
    'Until then their messages go to this channel. Each owner is listed once.',
  ],
});
await say('#cloud-cost', 'storm', {
  kind: 'note',
  audience: 'platform',
  title: '11 owners were not notified separately',
  lines: [
    '19 owners had new findings at the same moment, which usually has one cause. The first 8 were notified; 43 findings of 11 more are in the list of findings and in the next digest.',
  ],
});
await photograph('notes', '/client/cloud-cost?theme=light', 2);

/** A mail as a mail program shows it, its picture in place of the reference to the attachment. */
async function photographMail(name: string, notice: Notice): Promise<void> {
  const picture = await usage.pictureOf(notice);
  const png = picture === null ? '' : Buffer.from(picture.png).toString('base64');
  const body = htmlBody(noticeContent(notice, context, 'E-mail'), picture !== null);
  const page = await browser.newPage({
    viewport: { width: 720, height: 100 },
    deviceScaleFactor: 1.25,
  });
  await page.setContent(body.replace(`cid:${PICTURE_CID}`, `data:image/png;base64,${png}`));
  await keep(`email-${name}`, await page.screenshot({ fullPage: true }));
  await page.close();
}

await photographMail('budget', news([BUDGET], 'new', BUDGET.summary, { audience: 'owner' }));
const [month] = monthMails(
  samples.MONTH,
  { all: [], ownerOf: () => ({ channel: 'email', target: 'shop@example.com' }) },
  'csv',
  clock.now(),
);
if (month !== undefined) await photographMail('month', month.notice);

await browser.close();
await slack.close();
