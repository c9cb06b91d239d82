import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditLog, openOperatorLog, openSilenceStore } from '../../src/history/openHistory.ts';
import { ACTION_IDS } from '../../src/notify/slack/message.ts';
import { FakeClock } from '../../src/notify/testing/fakeClock.ts';
import { aFinding } from '../../src/notify/testing/findings.ts';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../support/madeUpWindows.ts';
import { until as waitUntil, WAIT_MS } from '../support/waiting.ts';
import { SlackBench } from './support/slackBench.ts';

const BURNWATCH = fileURLToPath(new URL('../../bin/burnwatch.mjs', import.meta.url));
const ALICE = 'U0ALICE01';
const SAM = 'U0SECURE1';

/** The daemon as a user runs it, with its buttons listened to through Socket Mode. */
let bench: SlackBench;
let daemon: ChildProcess;
let log = '';
const finding = aFinding();

beforeAll(async () => {
  bench = await SlackBench.start({
    clock: new FakeClock(Date.now()),
    yaml: 'owners:\n  routes:\n    - { match: { namespace: shop }, slack: "@shop-devs" }\n',
    slack: { now: Date.now, acknowledgeWithinMs: WAIT_MS },
  });
  const start = Math.floor(Date.now() / WINDOW_MS - 6) * WINDOW_MS;
  const writer = await bench.history.openWriter();
  await writer.recordWindows(madeUpWindows(SMALL_CLUSTER, start, 3));
  await writer.close();
  await bench.record([finding]);
  daemon = spawn(process.execPath, [BURNWATCH, 'run', '--config', bench.configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  daemon.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  await until('the app to connect', () => bench.slack.connections() === 1);
  await until('the finding to be told', () => roots().length === 1);
  // The owner's copy goes out beside it.
  await until('the owner to be told', () => said('#team-shop').length > 0);
});

afterAll(async () => {
  if (daemon.exitCode === null) daemon.kill('SIGKILL');
  await bench[Symbol.asyncDispose]();
});

const until = (what: string, condition: () => Promise<boolean> | boolean) =>
  waitUntil(what, condition, () => log);

const roots = () =>
  bench.slack
    .messages('#security')
    .filter(({ threadTs, onlyFor }) => threadTs === null && onlyFor === null);
const said = (channel: string) => bench.slack.messages(channel).map(({ text }) => text);

function press(userId: string, actionId: string, option?: string) {
  const ts = roots()[0]?.ts ?? '';
  const more = option === undefined ? {} : { option: `${option}:${finding.id}` };
  return bench.slack.press({ userId, channel: '#security', ts, actionId, ...more });
}

async function auditOf(subject: string) {
  const audit = await openAuditLog(bench.history.path());
  const entries = await audit.list({ before: null, subject, limit: 50 });
  await audit.close();
  return entries.map(
    ({ who, door, action, detail }) => `${door} ${who} ${action} ${String(detail['result'])}`,
  );
}

describe('buttons of a message, through Socket Mode', () => {
  test('the owner’s user group was mentioned in its channel', () => {
    expect(said('#team-shop')[0]).toContain('<!subteam^S0SHOPPERS>');
  });

  test('whoever is not named may not silence abuse: told so alone, and recorded', async () => {
    expect(await press(ALICE, ACTION_IDS.silence)).toMatchObject({ acknowledged: true });
    await until('the answer', () =>
      bench.slack.messages('#security').some(({ onlyFor }) => onlyFor === ALICE),
    );
    const answer = bench.slack.messages('#security').find(({ onlyFor }) => onlyFor === ALICE);
    expect(answer?.text).toContain('Only the users');
    expect(await auditOf(finding.id)).toEqual([
      'slack slack:U0ALICE01 (alice) silence.add refused',
    ]);
  });

  test('Acknowledge: the message says by whom, the thread too, and no button is left for it', async () => {
    expect(await press(ALICE, ACTION_IDS.acknowledge)).toMatchObject({ acknowledged: true });
    await until('the message to change', () => roots()[0]?.text.includes('Acknowledged') === true);
    expect(JSON.stringify(roots()[0]?.blocks)).toContain('alice');
    expect(JSON.stringify(roots()[0]?.blocks)).not.toContain(ACTION_IDS.acknowledge);
    await until('the thread', () =>
      bench.slack.messages('#security').some(({ threadTs }) => threadTs === roots()[0]?.ts),
    );
    const operator = await openOperatorLog(bench.history.path());
    expect(await operator.list(0, 10)).toMatchObject([
      { findingId: finding.id, action: 'acknowledge', decision: { by: 'slack:U0ALICE01 (alice)' } },
    ]);
    await operator.close();
  });

  test('Silence 24 h by somebody who may: a silence of this finding alone', async () => {
    await press(SAM, ACTION_IDS.silence);
    const silences = await openSilenceStore(bench.history.path());
    await until('the silence', async () => (await silences.list(Date.now())).length === 1);
    expect(await silences.list(Date.now())).toMatchObject([
      {
        matchers: [{ label: 'fingerprint', operator: '=', value: finding.fingerprint }],
        author: 'slack:U0SECURE1 (sam)',
      },
    ]);
    await silences.close();
    await until('the note', () => said('#security').some((text) => /Silenced by sam/.test(text)));
  });

  test('Not mine: the platform is told how to correct the owner', async () => {
    await press(ALICE, ACTION_IDS.more, 'not-mine');
    await until('the note', () => said('#cloud-cost').some((text) => text.includes('Wrong owner')));
    const note = bench.slack
      .messages('#cloud-cost')
      .find(({ text }) => text.includes('Wrong owner'));
    expect(JSON.stringify(note?.blocks)).toContain('`owners.routes`');
  });

  test('Slack recycles the connection: the app comes back by itself', async () => {
    const before = bench.slack.connectionsEver();
    bench.slack.refreshConnections();
    const isNext = () => bench.slack.connectionsEver() > before && bench.slack.connections() === 1;
    await until('the next connection alone', isNext);
    expect(await press(ALICE, ACTION_IDS.silence)).toMatchObject({ acknowledged: true });
  });

  test('Accept for 30 days, by somebody who may: calm, with its review date', async () => {
    await press(SAM, ACTION_IDS.more, 'accept-30d');
    await until('the message to change', () => roots()[0]?.text.includes('Accepted') === true);
    expect(JSON.stringify(roots()[0]?.blocks)).toContain('to be reviewed');
    expect(await auditOf(finding.id)).toContain('slack slack:U0SECURE1 (sam) finding.accept done');
  });

  test('nothing was told twice', () => {
    expect(roots()).toHaveLength(1);
  });

  test('SIGTERM ends the daemon cleanly, the connection included', async () => {
    const gone = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    // It ends itself with 1 when nine seconds were not enough.
    expect(code).toBe(0);
    await until('the connection to end', () => bench.slack.connections() === 0);
  });
});
