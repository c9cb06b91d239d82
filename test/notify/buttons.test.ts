import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuditLog, openOperatorLog, openSilenceStore } from '../../src/engines/openHistory.ts';
import { ACTION_IDS } from '../../src/channels/slack/message.ts';
import { PROGRAM } from '../support/cli.ts';
import { FakeClock } from '../support/notify/fakeClock.ts';
import { aFinding } from '../support/notify/findings.ts';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../support/madeUpWindows.ts';
import { until as waitUntil, WAIT_MS } from '../support/waiting.ts';
import { SlackBench, WORKSPACE } from './support/slackBench.ts';

const ALICE = 'U0ALICE01';
const SAM = 'U0SECURE1';
/** Of another company, in a channel that is shared with it. */
const MALLORY = 'U0FOREIGN';

/** The daemon as a user runs it, with its buttons listened to through Socket Mode. */
let bench: SlackBench;
let daemon: ChildProcess;
let log = '';
const finding = aFinding();

beforeAll(async () => {
  bench = await SlackBench.start({
    clock: new FakeClock(Date.now()),
    yaml: 'owners:\n  routes:\n    - { match: { namespace: shop }, slack: "@shop-devs" }\n',
    slack: {
      now: Date.now,
      acknowledgeWithinMs: WAIT_MS,
      users: [
        ...(WORKSPACE.users ?? []),
        { id: MALLORY, name: 'mallory', realName: 'M', email: 'm@else.example', team: 'T0ELSE' },
      ],
    },
  });
  const start = Math.floor(Date.now() / WINDOW_MS - 6) * WINDOW_MS;
  const writer = await bench.history.openWriter();
  await writer.recordWindows(madeUpWindows(SMALL_CLUSTER, start, 3));
  await writer.close();
  await bench.record([finding]);
  daemon = spawn(process.execPath, [PROGRAM, 'run', '--config', bench.configFile], {
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

/** The audit log, or what is in it about one finding. */
async function auditOf(subject: string | null) {
  const audit = await openAuditLog(bench.history.path());
  const entries = await audit.list({ before: null, subject, limit: 50 });
  await audit.close();
  return entries.map(
    ({ who, via, action, detail }) => `${via} ${who} ${action} ${String(detail['result'])}`,
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

  test('somebody of another company, in a shared channel, decides nothing', async () => {
    await press(MALLORY, ACTION_IDS.more, 'not-mine');
    await until('the answer', () =>
      bench.slack.messages('#security').some(({ onlyFor }) => onlyFor === MALLORY),
    );
    expect(said('#cloud-cost').some((text) => text.includes('Wrong owner'))).toBe(false);
    expect(await auditOf(finding.id)).toContain(
      'slack slack:U0FOREIGN (mallory) finding.not-mine refused',
    );
  });

  test('a press that Slack delivers twice is done and told once', async () => {
    // A silence is a subject of its own.
    const entries = async () => (await auditOf(null)).length;
    const before = await entries();
    const ts = roots()[0]?.ts ?? '';
    const where = { channel: '#security', ts, actionId: ACTION_IDS.silence };
    await bench.slack.pressTwice({ userId: SAM, ...where });
    await until('the record', async () => (await entries()) > before);
    const notes = () => said('#security').filter((text) => /Silenced by sam/.test(text));
    await until('the note', () => notes().length === 2);
    // A later press is answered after both.
    await press(ALICE, ACTION_IDS.more, 'not-mine');
    await until('the platform to be told', () =>
      said('#cloud-cost').some((text) => text.includes('Wrong owner')),
    );
    expect(await entries()).toBe(before + 2);
    expect(notes()).toHaveLength(2);
  });

  test('Not mine: the platform is told how to correct the owner', async () => {
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

  test('Accept until …: a dialog for whoever may, and for nobody else', async () => {
    const answers = () =>
      bench.slack.messages('#security').filter(({ onlyFor }) => onlyFor === ALICE).length;
    const before = answers();
    await press(ALICE, ACTION_IDS.more, 'accept');
    await until('the answer', () => answers() > before);
    expect(bench.slack.dialog(ALICE)).toBeUndefined();
    await press(SAM, ACTION_IDS.more, 'accept');
    await until('the dialog', () => bench.slack.dialog(SAM) !== undefined);
    expect(JSON.stringify(bench.slack.dialog(SAM)?.view)).toContain('Deployment/checkout');
  });

  test('… that says what is missing, and stays open', async () => {
    await bench.slack.submit({ userId: SAM, values: { until: '2020-01-01', reason: '' } });
    expect(bench.slack.dialog(SAM)?.errors).toEqual({
      until: expect.stringContaining('after today'),
      reason: expect.stringContaining('reason is needed'),
    });
  });

  test('… and with a day and a reason: calm, with both', async () => {
    const day = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
    const filled = { until: day, reason: 'a load test of the shop' };
    await bench.slack.submit({ userId: SAM, values: filled });
    expect(bench.slack.dialog(SAM)).toBeUndefined();
    await until('the message to change', () => roots()[0]?.text.includes('Accepted') === true);
    const shown = JSON.stringify(roots()[0]?.blocks);
    expect(shown).toContain('a load test of the shop');
    expect(shown).toContain(`to be reviewed <!date^${Date.parse(day) / 1_000}^`);
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
