import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aContainer,
  aNode,
  aPod,
  aSnapshot,
  pricedWindow,
  pricing,
} from '../../../test/support/cost.ts';
import { runCommand } from '../../../test/support/runCommand.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { Logger } from 'pino';
import { configSchema } from '../../daemon/config/schema.ts';
import { exportLastMonth } from '../../daemon/duties.ts';
import { emailChannel } from '../../channels/email/emailChannel.ts';
import { openDeliveryStore, openHistoryReader } from '../../engines/openHistory.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { MailServer } from '../../../test/support/notify/mailServer.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { readFocus } from '../../cost/bill/readFocus.ts';

/** The last two days of October and the first two of November: two owners, and half of the node idle. */
const START = Date.UTC(2026, 9, 30);
const NOVEMBER = Date.UTC(2026, 10, 1);
const NOW = Date.UTC(2026, 10, 10, 8);
const RULES = pricing({ cpuCoreHour: 0.1, ramGiBHour: 0 });
let temp: TempHistory;

beforeAll(async () => {
  temp = new TempHistory();
  const writer = await temp.openWriter('history', { windowMs: HOUR_MS });
  const containers = [aContainer({ cpuRequestCores: 1 })];
  const pods = ['shop', 'pay'].map((namespace) => aPod({ name: 'web', namespace, containers }));
  for (let start = START; start < NOVEMBER + 2 * DAY_MS; start += HOUR_MS) {
    const nodes = [aNode({ name: 'n1', providerId: 'aws:///eu-west-1a/i-1' })];
    const snapshot = aSnapshot({ window: { start, end: start + HOUR_MS }, nodes, pods });
    const owners = new Map([
      ['uid-shop-web', 'team-shop'],
      ['uid-pay-web', '=team/pay'],
    ]);
    await writer.recordWindows([{ ...pricedWindow(snapshot, RULES, START + HOUR_MS), owners }]);
  }
  await writer.close();
  writeConfig(0.1);
});
afterAll(() => temp[Symbol.dispose]());

/** Fixed costs, as everything that is read when costs are asked, may change later. */
function writeConfig(fixed: number): void {
  const config = {
    cluster: 'prod-eu',
    history: { path: temp.path('history') },
    pricing: {
      basis: 'effective',
      cpuCoreHour: 0.1,
      ramGiBHour: 0,
      fixed: [{ name: 'control plane', monthly: fixed }],
    },
  };
  writeFileSync(
    join(temp.folder, 'burnwatch.yaml'),
    JSON.stringify({ ...config, cluster: 'test' }),
  );
}

const run = (args: readonly string[], now = NOW) =>
  runCommand([...args, '--config', join(temp.folder, 'burnwatch.yaml')], () => now);

/** A bill of the node for October's two days. */
function bill(perDay: number): string {
  const file = join(temp.folder, `bill-${perDay}.csv`);
  const days = [START, START + DAY_MS].map((day) => {
    const at = (time: number) => new Date(time).toISOString();
    return `USD,${at(day)},${at(day + DAY_MS)},${perDay},i-1,Usage,Compute`;
  });
  const head =
    'BillingCurrency,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ResourceId,ChargeCategory,ServiceCategory';
  writeFileSync(file, [head, ...days].join('\n'));
  return file;
}

/** The lines of an export without its head, as `kind,owner,namespace → cost`. */
function linesOf(csv: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    csv
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => {
        const [, kind, owner, namespace, cost] = line.split(',');
        return [[kind, owner, namespace].filter(Boolean).join(' '), Number(cost)];
      }),
  );
}

describe('a month', () => {
  it('is shown as it stands until it is closed, and cannot be closed before it is over', async () => {
    const { code, out, err } = await run(['export']);
    expect(code).toBe(0);
    expect(err).toContain('2026-10: $');
    expect(err).toContain('not closed: it may change (6.5% seen)');
    expect(linesOf(out)).toMatchObject({
      'usage team-shop shop': expect.closeTo(4.8 + 0.05, 2),
      idle: expect.closeTo(9.6, 6),
    });
    expect(await run(['export', '--month', '2026-11', '--close'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        '2026-11 is not over: it can be closed from 2026-12-01T00:00:00Z on',
      ),
    });
    expect(
      await run(['export', '--month', '2026-11', '--close'], Date.UTC(2026, 11, 2)),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('sealed up to 2026-11-03T00:00:00Z'),
    });
    for (const month of ['2026-13', 'october', '2027-01'])
      expect(await run(['export', '--month', month])).toMatchObject({ code: 2 });
  });

  it('is frozen once closed, whatever changes later', async () => {
    // The bill is 12 a day where 9.6 was estimated.
    expect((await run(['bill', 'import', bill(12), '--final'])).out).toContain(
      '2026-10 is closed.',
    );
    const before = await run(['export']);
    expect(before.err).toContain('basis effective, closed');
    expect(linesOf(before.out)).toMatchObject({
      'usage team-shop shop': expect.closeTo(6 + 0.05, 2),
      idle: expect.closeTo(12, 6),
    });
    writeConfig(500);
    expect((await run(['export'])).out).toBe(before.out);
    expect((await run(['export', '--close'])).out).toBe(before.out);
  });

  it('is corrected by lines of the month in which a later bill comes', async () => {
    const october = await run(['export']);
    const imported = await run(['bill', 'import', bill(13)]);
    expect(imported.out).toContain(
      '2026-10 is closed: $2.00 more is a correction of it (burnwatch export --month 2026-11).',
    );
    // The same bill again changes nothing more, another one only what differs.
    const again = await run(['bill', 'import', bill(13)], NOW + HOUR_MS);
    expect(again.out).toContain('2026-10 is closed, and this bill changes nothing of it.');
    const less = await run(['bill', 'import', bill(12.5)], NOW + 2 * HOUR_MS);
    expect(less.out).toContain('2026-10 is closed: $1.00 less is a correction');
    expect((await run(['export'])).out).toBe(october.out);
    const { out, err } = await run(['export', '--month', '2026-11']);
    expect(err).toContain('$1.00 of it corrections');
    const corrections = out.split('\r\n').filter((line) => line.includes(',correction,'));
    expect(corrections).toHaveLength(6);
    const sum = corrections.reduce((total, line) => total + Number(line.split(',')[4]), 0);
    expect(sum).toBeCloseTo(1, 9);
    expect(corrections[0]).toMatch(/^2026-11,correction,.*,2026-10,bill-13\.csv$/);
  });

  it('goes into a folder: a file for each team and one with all, with the same sum', async () => {
    const to = join(temp.folder, 'out');
    const { code } = await run(['export', '--month', '2026-11', '--to', to, '-o', 'focus']);
    expect(code).toBe(0);
    const folder = join(to, 'test');
    const names = readdirSync(folder).sort();
    expect(names).toEqual([
      '2026-11-%3Dteam%2Fpay.csv',
      '2026-11-__unallocated__.csv',
      '2026-11-team-shop.csv',
      '2026-11.csv',
    ]);
    const sums = await Promise.all(names.map((name) => sumOf(join(folder, name))));
    expect(sums[0]! + sums[1]! + sums[2]!).toBeCloseTo(sums[3]!, 6);
    const { out } = await run(['export', '--month', '2026-11']);
    const plain = Object.values(linesOf(out));
    expect(plain.length).toBeGreaterThan(3);
    expect(sums[3]).toBeCloseTo(
      out
        .trim()
        .split('\r\n')
        .slice(1)
        .reduce((sum, line) => sum + Number(line.split(',')[4]), 0),
      6,
    );
    expect(readFileSync(join(folder, '2026-11-team-shop.csv'), 'utf8')).toContain(',Correction,');
  });

  it('is opened again by a bill that says so', async () => {
    await run(['bill', 'import', bill(10), '--reopen']);
    expect((await run(['export'])).err).toContain('not closed');
    expect((await run(['export', '--month', '2026-11'])).err).not.toContain('corrections');
  });
});

it('the daemon closes, mails and writes the last month once it is due, and once only', async () => {
  const to = join(temp.folder, 'scheduled');
  const server = await MailServer.start({ offersTls: false });
  const config = configSchema.parse({
    cluster: 'test',
    history: { path: temp.path('history') },
    exports: [{ to, email: ['finance@example.com'], emailOwners: true }],
    email: {
      host: 'localhost',
      port: server.port,
      tls: 'off',
      from: 'bw@example.com',
      to: ['ops@example.com'],
    },
    owners: { teams: { 'team-shop': 'shop@example.com' } },
  });
  const store = await openDeliveryStore(config.history.path);
  const channel = emailChannel(config.email!, {
    clock: new FakeClock(NOW),
    logger: { info: () => undefined, warn: () => undefined },
    context: { currency: 'USD', externalUrl: null, kubeContext: 'prod' },
  });
  const sendAll = async (): Promise<void> => {
    for (const receiver of await store.receiversDue(NOW)) {
      const delivery = await store.claim(receiver, NOW, 1000);
      const receipt = await channel.send(delivery!, AbortSignal.timeout(10_000));
      await store.settle(delivery!.id, NOW, { state: 'sent', receipt });
    }
  };
  const reader = await openHistoryReader(config.history.path);
  const logged: string[] = [];
  const note = (_: object, text: string) => void logged.push(text);
  const log = { info: note, warn: note, error: note } as unknown as Logger;
  let now = Date.UTC(2026, 10, 5);
  const deps = {
    config: () => config,
    reader,
    deliveries: () => store,
    pump: { wake: () => undefined },
    log,
    now: () => now,
  };
  const look = async () => {
    await exportLastMonth(config.exports[0]!, deps);
    return logged.splice(0);
  };
  expect(await look()).toEqual([]);
  now = Date.UTC(2026, 10, 6);
  expect(await look()).toEqual(['Month closed and exported']);
  expect(readdirSync(join(to, 'test'))).toHaveLength(4);
  await sendAll();
  // No address is known of the other owner.
  const mails = server.mails.toSorted((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
  expect(mails.map((mail) => mail.to)).toEqual([['finance@example.com'], ['shop@example.com']]);
  expect(mails[0]!.text).toContain('Subject: Costs of 2026-10 in test: all teams, $');
  expect(mails[1]!.text).toContain('Subject: Costs of 2026-10 in test: team-shop, $');
  for (const [index, name] of ['2026-10.csv', '2026-10-team-shop.csv'].entries())
    expect(mails[index]!.decoded.replaceAll('\r\n', '\n')).toContain(
      readFileSync(join(to, 'test', name), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    );
  expect((await run(['export'])).err).toContain(', closed');
  expect(await look()).toEqual([]);
  // November's last windows never came.
  now = Date.UTC(2026, 11, 6);
  expect(await look()).toEqual(['Month not exported']);
  await sendAll();
  expect(server.mails).toHaveLength(2);
  await store.close();
  await reader.close();
  await server.stop();
});

/** What a bill in FOCUS comes to, as Burnwatch itself reads one. */
async function sumOf(path: string): Promise<number> {
  let sum = 0;
  for await (const { cost } of readFocus(path, { name: path, currency: 'USD', filters: [] }))
    sum += cost;
  return sum;
}
