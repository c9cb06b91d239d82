import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startDaemon, type Daemon } from '../support/daemon.ts';
import { RECORDED, recordedAt } from '../support/signals/recorded.ts';
import { TempFolder } from '../support/tempFolder.ts';

const INGEST = 'ingest-token-0123456789';
const SHOP = 'shop-ingest-0123456789';
const READ = 'reading-token-0123456789';
const SHOP_READ = 'shop-reading-0123456789';
const PAY_READ = 'pay-reading-01234567890';

const CONFIG = {
  cluster: 'test',
  // No Prometheus: what comes in must not depend on it.
  prometheus: { url: 'http://127.0.0.1:9', attempts: 1, timeout: '1s' },
  history: { path: 'history.db' },
  serve: {
    listen: '127.0.0.1:0',
    probes: '127.0.0.1:0',
    tokens: [
      { name: 'tools', token: INGEST, scopes: ['ingest'] },
      { name: 'tools-shop', token: SHOP, scopes: ['ingest'], namespaces: ['shop'] },
      { name: 'reader', token: READ, scopes: ['read'] },
      { name: 'shop', token: SHOP_READ, scopes: ['read'], namespaces: ['shop'] },
      { name: 'pay', token: PAY_READ, scopes: ['read'], namespaces: ['pay'] },
    ],
  },
};

const MUTED = { ...RECORDED.scc, finding: { ...RECORDED.scc.finding, mute: 'MUTED' } };

let folder: TempFolder;
let daemon: Daemon;

async function start(): Promise<Daemon> {
  return startDaemon({ cwd: folder.path });
}

beforeAll(async () => {
  folder = new TempFolder();
  writeFileSync(folder.file('burnwatch.yaml'), stringify(CONFIG));
  daemon = await start();
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function now(): number {
  return Date.now() - 60_000;
}

async function send(route: string, body: unknown, token: string | null = INGEST) {
  const answer = await fetch(`${daemon.pages}/ingest/${route}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function kept(token = READ, query = ''): Promise<readonly Record<string, unknown>[]> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${daemon.pages}/api/v1/signals?limit=1000${query}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as readonly Record<string, unknown>[];
}

describe('events of other tools through the daemon’s own server', () => {
  it('keeps what each tool sends, once, and shows it by namespace', async () => {
    const at = now();
    for (const [route, shapes] of Object.entries({
      falco: ['falco', 'falcoShell'],
      alertmanager: ['alertmanager'],
      audit: ['audit'],
      ocsf: ['ocsf', 'guardDuty', 'defender', 'scc', 'tetragon'],
    } as const)) {
      for (const shape of shapes) {
        const body = recordedAt(RECORDED[shape], at);
        const first = await send(route, body);
        expect(first.status).toBe(200);
        expect(first.body['duplicates']).toBe(0);
        const again = await send(route, body);
        expect(again).toEqual({
          status: 200,
          body: { accepted: 0, duplicates: first.body['accepted'] },
        });
      }
    }
    const all = await kept();
    expect(new Set(all.map(({ source }) => source))).toEqual(
      new Set([
        'falco',
        'alertmanager',
        'audit',
        'ocsf',
        'guardduty',
        'defender',
        'scc',
        'tetragon',
      ]),
    );
    const own = await kept(SHOP_READ);
    expect(own.length).toBeGreaterThan(8);
    expect(new Set(own.map(({ namespace }) => namespace))).toEqual(new Set(['shop']));
    expect(await kept(PAY_READ)).toEqual([]);
    expect(await kept(READ, '&source=audit&class=exec')).toMatchObject([
      { user: 'system:serviceaccount:ci:deployer', sourceIps: ['198.51.100.7'], rule: 'exec' },
    ]);
    const metrics = await daemon.metrics();
    expect(metrics).toMatch(/burnwatch_ingest_requests_total\{route="falco",code="200"\} 4/);
    expect(metrics).toMatch(/burnwatch_signals_total\{route="falco",result="duplicate"\} 2/);
  });

  it('one JSON object a line is taken as log shippers send it', async () => {
    const lines = (recordedAt(RECORDED.tetragon, now()) as readonly unknown[]).map((one) =>
      JSON.stringify(one),
    );
    expect((await send('ocsf', lines.join('\n'))).status).toBe(200);
  });

  it('what was answered with 200 is there after kill -9', async () => {
    const event = { ...RECORDED.falco, uuid: 'kept-through-a-kill' };
    expect((await send('falco', recordedAt(event, now()))).status).toBe(200);
    daemon.process.kill('SIGKILL');
    await daemon.process.ended.catch(() => undefined);
    daemon = await start();
    expect((await kept()).map(({ id }) => id)).toContain('falco:kept-through-a-kill');
    // And it is still known as the same.
    const again = recordedAt({ ...event, hostname: 'another' }, now());
    expect((await send('falco', again)).body).toEqual({ accepted: 0, duplicates: 1 });
  });

  it('refuses with the reason, counts it, and changes nothing', async () => {
    const before = (await kept()).length;
    const event = recordedAt({ ...RECORDED.falco, uuid: 'never-kept' }, now());
    const far = recordedAt({ ...RECORDED.falco, uuid: 'never-kept' }, Date.now() + 3_600_000);
    const foreign = {
      ...(event as object),
      output_fields: { 'k8s.ns.name': 'pay', 'k8s.pod.name': 'ledger-0' },
    };
    const cases: readonly (readonly [number, RegExp, Promise<Awaited<ReturnType<typeof send>>>])[] =
      [
        [401, /token is needed/, send('falco', event, null)],
        [401, /token is needed/, send('falco', event, 'wrong-token-0123456789')],
        [403, /lacks the scope "ingest"/, send('falco', event, READ)],
        [403, /its own namespaces only/, send('falco', foreign, SHOP)],
        [403, /audit events are of the whole cluster/, send('audit', RECORDED.audit, SHOP)],
        [403, /may not withdraw/, send('ocsf', recordedAt(MUTED, now()), SHOP)],
        [413, /At most 1024 KiB/, send('falco', ' '.repeat(1024 * 1024 + 1))],
        [400, /no JSON/, send('falco', '{"uuid":')],
        [400, /is empty/, send('falco', '')],
        [400, /deeper than 64/, send('falco', '['.repeat(100_000))],
        [400, /in the future/, send('falco', far)],
        [400, /more than a day ago/, send('falco', RECORDED.falco)],
        [400, /no event of Falco: priority/, send('falco', { ...(event as object), priority: 3 })],
        [404, /no such page/, send('nothing', event)],
      ];
    for (const [status, reason, answer] of cases) {
      const got = await answer;
      expect(got).toEqual({
        status,
        body: expect.objectContaining({ detail: expect.stringMatching(reason) }),
      });
    }
    expect((await kept()).length).toBe(before);
    const metrics = await daemon.metrics();
    for (const code of [400, 401, 403, 413])
      expect(metrics).toMatch(
        new RegExp(`burnwatch_ingest_requests_total\\{route="falco",code="${code}"\\} [1-9]`),
      );
  });

  it('a body that is not UTF-8, or is compressed, is refused', async () => {
    const headers = { authorization: `Bearer ${INGEST}`, 'content-encoding': 'gzip' };
    const url = `${daemon.pages}/ingest/falco`;
    const packed = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect(packed.status).toBe(415);
    const bytes = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${INGEST}` },
      body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
    });
    expect(bytes.status).toBe(400);
  });

  it('a token that sends too fast is refused with 429', async () => {
    const event = JSON.stringify({ broken: true });
    const statuses = new Set<number>();
    // On a slow machine the first hundreds take so long that the bucket fills again meanwhile.
    for (let round = 0; round < 10 && !statuses.has(429); round += 1) {
      const answers = Array.from({ length: 160 }, () => send('falco', event));
      for (const { status } of await Promise.all(answers)) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([400, 429]));
    expect(await daemon.metrics()).toMatch(
      /burnwatch_ingest_requests_total\{route="falco",code="429"\} [1-9]/,
    );
  });
});
