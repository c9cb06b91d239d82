import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDelivery, aNotice } from '../../../test/support/notify/deliveries.ts';
import { FakeClock } from '../../../test/support/notify/fakeClock.ts';
import { aFinding, TEST_NOW } from '../../../test/support/notify/findings.ts';
import { MailServer } from '../../../test/support/notify/mailServer.ts';
import { ChannelError, type ClaimedDelivery } from '../../store/notifications/delivery.ts';
import { email, type EmailConfig } from './config.ts';
import { emailChannel } from './emailChannel.ts';

const SECRET = 'canary-secret-0123456789';
const CONTEXT = { currency: 'USD', externalUrl: 'https://bw.example.com', kubeContext: 'prod' };

let folder: string;
let caFile: string;
let server: MailServer;
const warnings: object[] = [];
const logger = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'burnwatch-mail-'));
  caFile = join(folder, 'ca.pem');
  warnings.length = 0;
  server = await MailServer.start();
  writeFileSync(caFile, server.certificate);
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function config(change: object = {}): EmailConfig {
  const value = email.part.schema.parse({
    host: 'localhost',
    port: server.port,
    caFile,
    from: 'burnwatch@example.com',
    to: ['ops@example.com', 'money@example.com'],
    timeout: '5s',
    ...change,
  });
  if (value === undefined) throw new Error('no value');
  return value;
}

const channel = (change: object = {}) =>
  emailChannel(config(change), { clock: new FakeClock(TEST_NOW), logger, context: CONTEXT });

function delivery(more: Partial<ClaimedDelivery> = {}): ClaimedDelivery {
  return aDelivery({
    receiver: { channel: 'email', target: 'ops@example.com,money@example.com' },
    ...more,
  });
}
const signal = () => AbortSignal.timeout(10_000);

async function failure(change: object = {}, more: Partial<ClaimedDelivery> = {}, until = signal()) {
  const error: unknown = await channel(change)
    .send(delivery(more), until)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof ChannelError)) throw new Error(`no ChannelError but ${String(error)}`);
  expect(`${error.message} ${error.code}`).not.toContain(SECRET);
  return error;
}

describe('mail', () => {
  it('goes out over TLS to all addresses, as text and HTML, with a thread of its conversation', async () => {
    const receipt = await channel().send(delivery(), signal());
    await channel().send(delivery({ id: 'd2', root: receipt }), signal());
    const [first, second] = server.mails;
    expect(first).toMatchObject({ secure: true, to: ['ops@example.com', 'money@example.com'] });
    expect(first?.text).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(first?.text).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(first?.text).toContain('Message-ID: <d0123456789abcdef0123456@burnwatch.invalid>');
    expect(second?.text).toContain('In-Reply-To: <d0123456789abcdef0123456@burnwatch.invalid>');
  });

  it('carries the picture inside, and goes out without where that cannot be drawn', async () => {
    const png = new Uint8Array([1, 2, 3]);
    const parts = { clock: new FakeClock(TEST_NOW), logger, context: CONTEXT };
    const pictures = { pictureOf: async () => ({ png, filename: 'use.png', altText: 'use' }) };
    await emailChannel(config(), { ...parts, pictures }).send(delivery(), signal());
    expect(server.mails[0]?.text).toContain('Content-ID: <picture@burnwatch>');
    const broken = { pictureOf: () => Promise.reject(new Error('no font')) };
    await emailChannel(config(), { ...parts, pictures: broken }).send(delivery(), signal());
    expect(server.mails[1]?.text).not.toContain('Content-ID');
  });

  it('carries the file of a note, whatever its name and content', async () => {
    const attachment = {
      filename: '2026-10-a\r\nBcc: evil@example.com".csv',
      contentType: 'text/csv',
      text: 'owner,cost\r\nteam-größe,1.5\r\n',
    } as const;
    const note = { kind: 'note', audience: 'owner', title: 'Costs', lines: ['x'] } as const;
    await channel().send(delivery({ notice: { ...note, attachment } }), signal());
    const [mail] = server.mails;
    expect(mail?.to).toEqual(['ops@example.com', 'money@example.com']);
    expect(mail?.text).not.toMatch(/^Bcc:/m);
    expect(mail?.text).toMatch(/^Content-Type: text\/csv; charset=utf-8/m);
    expect(mail?.text).toMatch(/^Content-Disposition: attachment/m);
    const encoded = /text\/csv[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(mail!.text)?.[1];
    expect(Buffer.from(encoded ?? '', 'base64').toString()).toBe(attachment.text);
  });

  it('names with line breaks, addresses and markup stay text: no header, no recipient, no tag', async () => {
    const hostile =
      'x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>, <evil@example.com>\u2028Cc: e@x.yz';
    const scope = {
      namespace: hostile,
      workload: { kind: 'Deployment', name: hostile },
      container: hostile,
      subject: hostile,
    };
    const finding = aFinding({ scope, summary: hostile, owner: hostile, pods: [hostile] });
    await channel().send(delivery({ notice: aNotice([finding]) }), signal());
    const [mail] = server.mails;
    expect(mail?.to).toEqual(['ops@example.com', 'money@example.com']);
    const head = mail?.text.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^(Bcc|Cc):/im);
    const html = mail?.decoded.slice(mail.decoded.indexOf('<!doctype html>'));
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('a mail that fails', () => {
  it('greylisting waits: nothing has arrived', async () => {
    server.refuse = { at: 'rcpt', code: 451 };
    expect(await failure()).toMatchObject({ kind: 'transient', code: 'smtp_451', inDoubt: false });
    server.refuse = null;
    await channel().send(delivery(), signal());
    expect(server.mails).toHaveLength(1);
  });

  it('addresses that the server does not know are the target’s fault; one of two is logged', async () => {
    server.refuse = { at: 'rcpt', code: 550 };
    expect(await failure()).toMatchObject({ kind: 'target', code: 'smtp_550' });
    server.refuse = { at: 'rcpt', code: 550, only: 'money@example.com' };
    await channel().send(delivery(), signal());
    expect(server.mails[0]?.to).toEqual(['ops@example.com']);
    expect(warnings).toMatchObject([{ recipient: 'money@example.com' }]);
  });

  it('a mail that is refused as it is, and a server that is full', async () => {
    server.refuse = { at: 'data', code: 554 };
    expect(await failure()).toMatchObject({ kind: 'message', code: 'smtp_554', inDoubt: false });
    server.refuse = { at: 'data', code: 452 };
    expect(await failure()).toMatchObject({ kind: 'transient', inDoubt: false });
  });

  it('an answer that is lost after the mail is in doubt', async () => {
    server.refuse = { at: 'data', code: 0 };
    expect(await failure({ timeout: '500ms' })).toMatchObject({ kind: 'transient', inDoubt: true });
  });

  it('a password is sent over TLS alone; a wrong one waits for the operator', async () => {
    server.password = SECRET;
    await channel({ username: 'bw', password: SECRET }).send(delivery(), signal());
    expect(server.mails).toHaveLength(1);
    const wrong = { username: 'bw', password: `${SECRET}x` };
    expect(await failure(wrong)).toMatchObject({ kind: 'operator', code: 'smtp_535' });
    expect(await failure()).toMatchObject({ code: expect.stringContaining('smtp_5') });
  });

  it('a certificate of a stranger, and a server without STARTTLS, wait for the operator', async () => {
    expect(await failure({ caFile: undefined })).toMatchObject({
      kind: 'operator',
      inDoubt: false,
    });
    const plain = await MailServer.start({ offersTls: false });
    try {
      expect(await failure({ port: plain.port })).toMatchObject({ kind: 'operator' });
      await channel({ port: plain.port, tls: 'off' }).send(delivery(), signal());
      expect(plain.mails).toMatchObject([{ secure: false }]);
    } finally {
      await plain.stop();
    }
  });

  it('a server that is away is transient, one that hangs ends with the signal', async () => {
    const { port } = server;
    server.refuse = { at: 'rcpt', code: 0 };
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    expect(await failure({}, {}, controller.signal)).toMatchObject({ kind: 'transient' });
    await server.stop();
    expect(await failure({ port })).toMatchObject({ kind: 'transient', inDoubt: false });
  });
});

describe('its configuration', () => {
  const good = { host: 'smtp', from: 'a@example.com', to: ['b@example.com'] };
  it.each([
    [{ ...good, to: [] }, 'at least one'],
    [{ ...good, to: ['b@example.com, c@example.com'] }, 'must be an e-mail address'],
    [{ ...good, to: ['b@example.com\r\nBcc: c@example.com'] }, 'must be an e-mail address'],
    [{ ...good, from: 'Burnwatch <a@example.com>' }, 'must be an e-mail address'],
    [{ ...good, port: 0 }, ''],
    [{ ...good, tls: 'maybe' }, ''],
  ])('refuses %j', (value, message) => {
    const result = email.part.schema.safeParse(value);
    expect(JSON.stringify(result.error?.issues)).toContain(message);
  });

  it.each([
    [{ ...good, username: 'a' }, 'needs password'],
    [{ ...good, password: 'a' }, 'needs username'],
    [{ ...good, username: 'a', password: 'b', tls: 'off' }, 'in the clear'],
  ])('refuses %j by its rules', (value, message) => {
    const said: string[] = [];
    email.part.check(email.part.schema.parse(value), (_path, text) => void said.push(text));
    expect(said.join()).toContain(message);
  });

  it('reaches owners that are addresses, and no other', () => {
    const targets = email.targets(config());
    expect(targets.reach?.('email:Alice@Example.com')).toEqual({
      channel: 'email',
      target: 'alice@example.com',
    });
    for (const owner of ['#team', 'team-shop', 'a@b.de,c@d.ef', 'a@b.de\nx', '"a b"@c.de'])
      expect(targets.reach?.(owner)).toBeNull();
  });
});
