import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { readCertificate, listen } from '../../src/serve/listen.ts';
import { makeCertificate } from '../support/apiServer/certificate.ts';
import { TempHistory } from '../support/tempHistory.ts';

describe('serve.tls', () => {
  it('speaks TLS, and takes a renewed certificate into use without a restart', async () => {
    using folder = new TempHistory();
    const first = makeCertificate();
    const second = makeCertificate();
    const config = tlsConfig(folder.folder);
    write(folder.folder, first);
    const app = new Hono().get('/', (context) => context.text('hello'));
    const certificate = readCertificate(config);
    const address = { host: '127.0.0.1', port: 0 };
    const listener = await listen(app.fetch, address, 'serve.listen', { certificate });
    try {
      expect(listener.url).toMatch(/^https:/);
      await expect(handshake(listener.url, first.cert)).resolves.toBe(true);
      await expect(handshake(listener.url, second.cert)).rejects.toThrow(/self-signed|verify/);
      write(folder.folder, second);
      const renewed = readCertificate(config);
      if (renewed === null) throw new Error('there is a certificate');
      listener.useCertificate(renewed);
      await expect(handshake(listener.url, second.cert)).resolves.toBe(true);
    } finally {
      await listener.close();
    }
  });

  it('names the files when they do not belong together', () => {
    using folder = new TempHistory();
    write(folder.folder, { cert: makeCertificate().cert, key: makeCertificate().key });
    expect(() => readCertificate(tlsConfig(folder.folder))).toThrow(/serve\.tls: .*cert\.pem/);
    const missing = tlsConfig(join(folder.folder, 'nowhere'));
    expect(() => readCertificate(missing)).toThrow(/serve\.tls\.certFile: .*ENOENT/);
  });
});

function tlsConfig(folder: string) {
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  return configSchema.parse({ serve: { tls } }).serve;
}

function write(
  folder: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): void {
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
}

/** Connects as a client that trusts only `ca`. */
async function handshake(url: string, ca: string): Promise<boolean> {
  const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', ca });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized;
  } finally {
    socket.destroy();
  }
}
