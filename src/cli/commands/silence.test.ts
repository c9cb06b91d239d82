import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openAuditLog, openDeliveryStore } from '../../engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { createNotifier } from '../../notify/notifier.ts';
import { policyOf } from '../../channels/channels.ts';
import type { ClaimedDelivery } from '../../store/notifications/delivery.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { aFinding, anEvent, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { loadConfig } from '../../daemon/config/load.ts';
import { runCommand } from '../../../test/support/runCommand.ts';

let temp: TempHistory;
let file: string;
let now: number;
beforeEach(async () => {
  temp = new TempHistory();
  now = TEST_NOW;
  const findings = [
    aFinding(),
    aFinding({ name: 'cart', kind: 'cost-spike', severity: 'warning' }),
  ];
  const writer = await temp.openWriter();
  await writer.recordFindings(
    findings,
    findings.map((finding) => anEvent(finding)),
  );
  await writer.close();
  file = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(
    file,
    `cluster: test\nhistory: { path: ${JSON.stringify(temp.path())} }\nnotifications: { preview: off }\n`,
  );
});
afterEach(() => temp[Symbol.dispose]());

async function run(...args: readonly string[]) {
  return runCommand([...args, '--config', file], () => now, 'alice');
}

/** Plans and sends as the daemon would; returns what people got, by reason and workload. */
async function told(): Promise<readonly string[]> {
  const store = await openDeliveryStore(temp.path());
  const sent: ClaimedDelivery[] = [];
  const channel = {
    name: 'log',
    send: async (delivery: ClaimedDelivery) => {
      sent.push(delivery);
      return { ids: {} };
    },
    find: async () => null,
    close: async () => undefined,
  };
  const observer = { sent: () => undefined, failed: () => undefined };
  const policy = policyOf(loadConfig(file).config);
  const clock = new FakeClock(now);
  const notifier = createNotifier({ policy, store, channels: [channel], clock, observer });
  await notifier.plan(now);
  await notifier.deliver(AbortSignal.timeout(5_000));
  await store.close();
  return sent.flatMap(({ notice }) =>
    notice.kind === 'findings'
      ? notice.changes.map(
          ({ reason, findingId }) =>
            `${reason} ${notice.findings.find(({ id }) => id === findingId)?.scope.workload?.name}`,
        )
      : [],
  );
}

describe('silence', () => {
  test.each([
    [['namespace=shop'], []],
    [['namespace=shop', 'workload!=checkout'], ['new checkout']],
    [['workload=~"check.*"'], ['new cart']],
    [['namespace=shop', 'workload!~"check.*"'], ['new checkout']],
    [['namespace=elsewhere'], ['new cart', 'new checkout']],
    [['kind=cryptojacking'], ['new cart']],
  ])('%j keeps quiet what fits', async (matchers, expected) => {
    const added = await run(
      'silence',
      'add',
      ...matchers.flatMap((matcher) => ['--matcher', matcher]),
      '--for',
      '24h',
      '--reason',
      'load test',
    );
    expect(added).toMatchObject({ code: 0 });
    expect((await told()).toSorted()).toEqual(expected);
  });

  test('is listed, ends by itself or by hand, and then its findings are sent', async () => {
    const { out, err } = await run(
      'silence',
      'add',
      '-m',
      'namespace=shop',
      '--for',
      '2h',
      '--reason',
      'deploy',
    );
    const id = out.trim();
    expect(err).toContain('namespace="shop" until 2026-11-24T08:00:00Z (alice: deploy)');
    expect((await run('silence', 'list')).out).toContain(id);
    const listed: unknown = JSON.parse((await run('silence', 'list', '-o', 'json')).out);
    expect(listed).toMatchObject([
      {
        id,
        matchers: [{ label: 'namespace', operator: '=', value: 'shop' }],
        endsAt: '2026-11-24T08:00:00Z',
        author: 'alice',
      },
    ]);
    expect(await told()).toEqual([]);
    expect(await run('silence', 'expire', id)).toMatchObject({ code: 0, out: '' });
    expect((await run('silence', 'list')).err).toBe('No silences.\n');
    now += 60_000;
    expect((await told()).toSorted()).toEqual(['already-open cart', 'already-open checkout']);
  });

  test('ends by itself', async () => {
    await run('silence', 'add', '-m', 'namespace=shop', '--for', '2h', '--reason', 'deploy');
    expect(await told()).toEqual([]);
    now += 2 * HOUR_MS;
    expect((await run('silence', 'list')).out).toBe('');
    expect(await told()).toHaveLength(2);
  });

  test('who did it is in the audit log', async () => {
    const { out } = await run(
      'silence',
      'add',
      '-m',
      'namespace=shop',
      '--for',
      '1d',
      '--reason',
      'x',
    );
    await run('silence', 'expire', out.trim());
    const audit = await openAuditLog(temp.path());
    const entries = await audit.list({ before: null, subject: out.trim(), limit: 10 });
    await audit.close();
    const entry = { who: 'alice', via: 'cli', namespace: 'shop' };
    expect(entries).toMatchObject([
      { ...entry, action: 'silence.expire' },
      { ...entry, action: 'silence.add' },
    ]);
  });

  test.each([
    [['add', '-m', 'namespace', '--for', '1h', '--reason', 'x'], 'is not a matcher'],
    [['add', '-m', 'a=~"("', '--for', '1h', '--reason', 'x'], 'does not compile'],
    [['add', '-m', 'namespace!=b', '--for', '1h', '--reason', 'x'], 'fit everything'],
    [['add', '-m', 'namespace=b', '--for', 'soon', '--reason', 'x'], '--for: "soon"'],
    [['add', '-m', 'namespace=b', '--for', '1h', '--reason', ' '], 'needs a reason'],
    [['add', '--for', '1h', '--reason', 'x'], '--matcher'],
  ])('%j is bad usage, and says how to write it', async (args, message) => {
    const { code, err } = await run('silence', ...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('what is not there cannot end', async () => {
    const { code, err } = await run('silence', 'expire', 'none');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'burnwatch: there is no silence in force none (there is none at all)\n',
    });
  });
});

describe('deliveries', () => {
  test('a dead letter is listed with its reason, and can be tried again', async () => {
    await told();
    const store = await openDeliveryStore(temp.path());
    const receiver = { channel: 'slack', target: '#gone' };
    const notice = { kind: 'note', audience: 'platform', title: 't', lines: [] } as const;
    await store.enqueue([
      { id: 'd1', receiver, conversation: 'c', priority: 0, notice, createdAt: now },
    ]);
    await store.claim(receiver, now, DAY_MS);
    const dead = { state: 'dead', code: 'channel_not_found', error: 'no such channel' } as const;
    await store.settle('d1', now, dead);
    await store.close();
    const { out } = await run('deliveries');
    expect(out).toContain('channel_not_found');
    expect(out).toContain('slack #gone');
    expect(await run('deliveries', 'retry', 'd1')).toMatchObject({ code: 0 });
    expect((await run('deliveries')).err).toBe('No dead letters.\n');
    const waiting: unknown = JSON.parse(
      (await run('deliveries', '--state', 'pending', '-o', 'json')).out,
    );
    expect(waiting).toMatchObject([{ id: 'd1', attempts: 1, state: 'pending' }]);
    expect(await run('deliveries', 'retry', 'none')).toMatchObject({ code: 1 });
  });
});
