import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { makeCertificate } from '../apiServer/certificate.ts';

/** A mail as the server took it. */
export interface TakenMail {
  readonly to: readonly string[];
  readonly secure: boolean;
  /** As it came over the wire. */
  readonly text: string;
  /** With the encodings of its parts undone. */
  readonly decoded: string;
}

/** What the server refuses; code 0 never answers. */
export interface Refusal {
  readonly at: 'rcpt' | 'data';
  readonly code: number;
  /** Only this recipient; all by default. */
  readonly only?: string;
}

/** A real SMTP server on loopback, whose STARTTLS has a certificate of its own. */
export class MailServer {
  readonly mails: TakenMail[] = [];
  refuse: Refusal | null = null;
  /** With one, mail is taken only from who gives it. */
  password: string | null = null;
  readonly port: number;
  readonly certificate: string;
  readonly #server: SMTPServer;

  private constructor(server: SMTPServer, certificate: string) {
    this.#server = server;
    this.certificate = certificate;
    this.port = (server.server.address() as AddressInfo).port;
  }

  static async start({ offersTls = true } = {}): Promise<MailServer> {
    const { key, cert } = makeCertificate();
    let self: MailServer | null = null;
    const refused = (code: number): Error =>
      Object.assign(new Error('not now'), { responseCode: code });
    const server = new SMTPServer({
      key,
      cert,
      authOptional: true,
      disabledCommands: offersTls ? [] : ['STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ password }, _session, done) => {
        if (password === self?.password) done(null, { user: 'bw' });
        else done(refused(535));
      },
      onRcptTo: ({ address }, session, done) => {
        const { refuse = null, password = null } = self ?? {};
        if (password !== null && !session.user) return done(refused(530));
        if (refuse?.at !== 'rcpt' || (refuse.only ?? address) !== address) return done();
        if (refuse.code !== 0) done(refused(refuse.code));
      },
      onData: (stream, session, done) => {
        let text = '';
        stream.setEncoding('latin1').on('data', (part: string) => void (text += part));
        stream.on('end', () => {
          const refuse = self?.refuse ?? null;
          if (refuse?.at === 'data')
            return refuse.code === 0 ? undefined : done(refused(refuse.code));
          const to = session.envelope.rcptTo.map(({ address }) => address);
          self?.mails.push({ to, secure: session.secure, text, decoded: decoded(text) });
          return done();
        });
      },
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    self = new MailServer(server, cert);
    return self;
  }

  async stop(): Promise<void> {
    await new Promise<void>((done) => {
      this.#server.close(done);
      for (const connection of this.#server.connections) connection.close?.();
    });
  }
}

function decoded(text: string): string {
  return text
    .split(/\r\n(?=--)/)
    .map((part) => {
      const [head = '', ...body] = part.split('\r\n\r\n');
      const inner = body.join('\r\n\r\n');
      if (/base64/i.test(head)) return Buffer.from(inner, 'base64').toString('utf8');
      return inner
        .replaceAll('=\r\n', '')
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
    })
    .join('\n');
}
