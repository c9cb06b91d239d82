import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSlackClient } from './slack/client.ts';
import { slackChannel } from './slack/slackChannel.ts';
import { ChannelError, type Channel } from '../store/notifications/delivery.ts';
import { aDelivery, noticeFor } from '../../test/support/notify/deliveries.ts';
import { FakeClock } from '../../test/support/notify/fakeClock.ts';
import { aFinding, TEST_NOW } from '../../test/support/notify/findings.ts';
import { TestServer } from '../../test/support/notify/httpServer.ts';
import { alertmanagerChannel } from './alertmanager/alertmanagerChannel.ts';
import { logChannel } from './logChannel.ts';
import { siemChannel } from './siem/siemChannel.ts';
import { aDigest } from '../../test/support/digest/digests.ts';
import type { Notice } from '../store/notifications/notice.ts';
import { MailServer } from '../../test/support/notify/mailServer.ts';
import { emailChannel } from './email/emailChannel.ts';
import { teamsChannel } from './teams/teamsChannel.ts';
import { webhooks } from './webhook/config.ts';
import { webhookChannel } from './webhook/webhookChannel.ts';

const CONTEXT = { currency: 'USD', externalUrl: 'https://bw.example.com', kubeContext: 'prod' };
const SECRET = 'canary-secret-0123456789';
const HOSTILE = 'a"}],\n{"x":<!channel>`${{{id}}}\\\u0000\u001b[31m\u202e';
const MAIL = {
  host: '127.0.0.1',
  tls: 'off' as const,
  from: 'burnwatch@example.com',
  to: ['ops@example.com'],
  timeout: 5_000,
};
const OK_SLACK = '{"ok":true,"channel":"C1","ts":"1.000001"}';

/** One suite for every way out. `make` is given the address of a server. */
const CHANNELS: readonly { name: string; make: (url: string) => Channel; http: boolean }[] = [
  {
    name: 'slack',
    http: true,
    make: (url) =>
      slackChannel({
        client: createSlackClient({ token: SECRET, apiUrl: `${url}/api/` }),
        clock: new FakeClock(TEST_NOW),
        context: CONTEXT,
        pictures: null,
      }),
  },
  {
    name: 'webhook:ours',
    http: true,
    make: (url) => webhook(url, { kind: 'burnwatch' }),
  },
  {
    name: 'webhook:pagerduty',
    http: true,
    make: (url) => webhook(url, { kind: 'pagerduty', routingKey: 'R0' }),
  },
  {
    name: 'webhook:template',
    http: true,
    make: (url) =>
      webhook(url, {
        kind: 'template',
        template: '{"id":"{{id}}","score":"{{score}}","text":"Burnwatch: {{summary}}"}',
      }),
  },
  {
    name: 'alertmanager',
    http: true,
    make: (url) =>
      alertmanagerChannel(
        {
          urls: [url],
          headers: { authorization: `Bearer ${SECRET}` },
          cluster: 'prod-eu',
          windowMs: 300_000,
        },
        CONTEXT,
      ),
  },
  {
    name: 'teams',
    http: true,
    make: (url) => teamsChannel({ url: `${url}/workflows/1?sig=${SECRET}` }, CONTEXT),
  },
  {
    name: 'email',
    http: false,
    make: () =>
      emailChannel(
        { ...MAIL, port: mailServer.port },
        {
          clock: new FakeClock(TEST_NOW),
          context: CONTEXT,
          logger: { info: () => undefined, warn: () => undefined },
        },
      ),
  },
  {
    name: 'siem',
    http: true,
    make: (url) => siemChannel({ url, headers: { authorization: `Bearer ${SECRET}` } }, CONTEXT),
  },
  {
    name: 'siem:ocsf',
    http: true,
    make: (url) =>
      siemChannel({ url, headers: { authorization: `Bearer ${SECRET}` }, format: 'ocsf' }, CONTEXT),
  },
  {
    name: 'log',
    http: false,
    make: () => logChannel({ info: () => undefined, warn: () => undefined }, CONTEXT),
  },
];

function webhook(url: string, format: Parameters<typeof webhookChannel>[0]['format']): Channel {
  const clock = new FakeClock(TEST_NOW);
  const options = {
    name: format.kind,
    url: `${url}/hook?key=${SECRET}`,
    secret: SECRET,
    headers: {},
  };
  return webhookChannel({ ...options, format }, { context: CONTEXT, clock });
}

/** The JSON texts in a request's body. */
function partsOf(name: string, body: string): readonly string[] {
  if (name === 'slack') return [new URLSearchParams(body).get('blocks') ?? ''];
  return name.startsWith('siem') ? body.trim().split('\n') : [body];
}

let server: TestServer;
let mailServer: MailServer;
beforeAll(async () => {
  [server, mailServer] = await Promise.all([TestServer.start(), MailServer.start()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), mailServer.stop()]);
});
beforeEach(() => {
  server.requests.length = 0;
  server.answer = () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: OK_SLACK,
  });
});

const signal = () => AbortSignal.timeout(10_000);

function deliveryTo(name: string, finding = aFinding()) {
  const receiver = { channel: name, target: name === 'email' ? 'ops@example.com' : '#security' };
  return aDelivery({ receiver, notice: noticeFor(name, finding) });
}

async function failureOf(name: string, channel: Channel): Promise<ChannelError> {
  const error: unknown = await channel
    .send(deliveryTo(name), signal())
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof ChannelError)) throw new Error(`no ChannelError but ${String(error)}`);
  return error;
}

describe.each(CHANNELS)('every channel: $name', ({ name, make, http }) => {
  const delivery = () => deliveryTo(name);

  test('sends, and answers with a receipt', async () => {
    const receipt = await make(server.url).send(delivery(), signal());
    expect(Object.values(receipt.ids).every((value) => typeof value === 'string')).toBe(true);
    expect(server.requests).toHaveLength(http ? 1 : 0);
  });

  test('can be asked for a delivery in doubt', async () => {
    server.answer = () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"ok":true,"messages":[],"channels":[]}',
    });
    expect((await make(server.url).find?.(delivery(), signal())) ?? null).toBeNull();
  });
});

const OVER_HTTP = CHANNELS.filter(({ http }) => http);

describe.each(OVER_HTTP)('every channel over HTTP: $name', ({ name, make }) => {
  const delivery = (finding = aFinding()) => deliveryTo(name, finding);
  const failure = (channel: Channel) => failureOf(name, channel);

  test('hostile names stay data', async () => {
    const scope = {
      namespace: HOSTILE,
      workload: { kind: 'Deployment', name: HOSTILE },
      container: HOSTILE,
      subject: HOSTILE,
    };
    const finding = aFinding({ scope, summary: HOSTILE, owner: HOSTILE, pods: [HOSTILE] });
    await make(server.url).send(delivery(finding), signal());
    const body = server.requests[0]?.body ?? '';
    const values = partsOf(name, body);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(JSON.parse(value)).toBeTypeOf('object');
    expect(name === 'slack' && values.join('').includes('<!channel>')).toBe(false);
  });

  test('a server that is away is transient, and nothing arrived', async () => {
    const gone = await TestServer.start();
    const { url } = gone;
    await gone.stop();
    expect(await failure(make(url))).toMatchObject({ kind: 'transient', inDoubt: false });
  });

  test('a lost answer is in doubt', async () => {
    server.answer = () => ({ status: 200, hangUp: true });
    expect(await failure(make(server.url))).toMatchObject({ kind: 'transient', inDoubt: true });
  });

  test('5xx is transient and in doubt', async () => {
    server.answer = () => ({ status: 503 });
    expect(await failure(make(server.url))).toMatchObject({
      kind: 'transient',
      code: 'http_503',
      inDoubt: true,
    });
  });

  test('429 asks to wait as long as it says', async () => {
    server.answer = () => ({ status: 429, headers: { 'retry-after': '17' } });
    expect(await failure(make(server.url))).toMatchObject({
      kind: 'transient',
      retryAfterMs: 17_000,
      inDoubt: false,
    });
  });

  test('an abort ends a send that hangs', async () => {
    const controller = new AbortController();
    let asked = 0;
    server.answer = () => {
      asked = Date.now();
      controller.abort();
      return { status: 200, stall: true };
    };
    const error: unknown = await make(server.url)
      .send(delivery(), controller.signal)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'transient', inDoubt: true });
    // No channel's own patience is shorter.
    expect(Date.now() - asked).toBeLessThan(8_000);
  });

  test('no secret is in an error', async () => {
    for (const status of [302, 400, 401, 404, 500]) {
      server.answer = () => ({ status });
      const { message, code } = await failure(make(server.url));
      expect(`${message} ${code}`).not.toContain(SECRET);
    }
  });
});

// Slack says both in its own words; see slackChannel.test.ts.
const PLAIN_HTTP = OVER_HTTP.filter(({ name }) => name !== 'slack');

describe.each(PLAIN_HTTP)('every plain HTTP channel: $name', ({ name, make }) => {
  const failure = (channel: Channel) => failureOf(name, channel);

  test('a refused credential waits for the operator', async () => {
    server.answer = () => ({ status: 401 });
    expect(await failure(make(server.url))).toMatchObject({ kind: 'operator' });
  });

  test('a redirect is not followed', async () => {
    server.answer = () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    expect(await failure(make(server.url))).toMatchObject({ kind: 'target', code: 'http_302' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('webhooks', () => {
  test('carry an idempotency key and a signature over time and body', async () => {
    const delivery = aDelivery({ receiver: { channel: 'webhook:ours', target: '' } });
    await webhook(server.url, { kind: 'burnwatch' }).send(delivery, AbortSignal.timeout(5_000));
    const [request] = server.requests;
    expect(request?.headers['idempotency-key']).toBe(delivery.id);
    const seconds = TEST_NOW / 1000;
    const mac = createHmac('sha256', SECRET).update(`${seconds}.${request?.body}`).digest('hex');
    expect(request?.headers['burnwatch-signature']).toBe(`t=${seconds},v1=${mac}`);
  });

  test('PagerDuty: news of one conversation are one incident, resolved at its end', async () => {
    const channel = webhook(server.url, { kind: 'pagerduty', routingKey: 'R0' });
    const ended = aFinding({ state: 'resolved', resolvedAt: TEST_NOW });
    for (const finding of [aFinding(), ended]) {
      await channel.send(
        aDelivery({ notice: noticeFor('webhook', finding) }),
        AbortSignal.timeout(5_000),
      );
    }
    const bodies = server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(bodies).toMatchObject([
      { event_action: 'trigger', dedup_key: 'finding/abc-123', routing_key: 'R0' },
      { event_action: 'resolve', dedup_key: 'finding/abc-123' },
    ]);
  });

  test('PagerDuty gets neither digests nor notes', async () => {
    const channel = webhook(server.url, { kind: 'pagerduty', routingKey: 'R0' });
    const digest = aDigest('prod', 1, 1);
    const notices: readonly Notice[] = [
      { kind: 'digest', audience: 'platform', digest, lines: [] },
      { kind: 'note', audience: 'platform', title: 'A note', lines: [] },
    ];
    for (const notice of notices) {
      const sent = channel.send(aDelivery({ notice }), AbortSignal.timeout(5_000));
      await expect(sent).rejects.toMatchObject({ kind: 'message', code: 'not-for-pagerduty' });
    }
    expect(server.requests).toEqual([]);
    const entry = { name: 'pd', url: server.url, secret: 'R0', minSeverity: 'info' };
    const [pagerduty, ours] = [{ ...entry, format: 'pagerduty' }, entry].map((value) =>
      webhooks.targets(webhooks.part.schema.parse([value])),
    );
    expect(pagerduty?.others?.[0]?.digests).toBe(false);
    expect(ours?.others?.[0]?.digests).toBe(true);
  });
});

describe('the SIEM file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'burnwatch-siem-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('is appended to, a line an event, with a technique for abuse', async () => {
    const path = join(folder, 'events.ndjson');
    const channel = siemChannel({ path }, CONTEXT);
    const delivery = aDelivery({ notice: noticeFor('siem') });
    await channel.send(delivery, AbortSignal.timeout(5_000));
    await channel.send(delivery, AbortSignal.timeout(5_000));
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]).toMatchObject({
      event: { kind: 'alert', action: 'opened', risk_score: 92 },
      threat: { technique: { id: ['T1496'] } },
      orchestrator: { cluster: { name: 'prod-eu' }, namespace: 'shop' },
    });
  });

  test('a folder that is not there waits for the operator', async () => {
    const channel = siemChannel({ path: join(folder, 'none', 'events.ndjson') }, CONTEXT);
    const send = channel.send(aDelivery({ notice: noticeFor('siem') }), AbortSignal.timeout(5_000));
    await expect(send).rejects.toMatchObject({ kind: 'operator', code: 'ENOENT' });
  });
});
