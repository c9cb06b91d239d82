import { createSecureContext } from 'node:tls';
import { readFileSync } from 'node:fs';
import type { ServerConfig } from './config.ts';
import type { Certificate } from './listen.ts';

/**
 * Reads the certificate of `serve.tls`; null without. Both files are tried together, so that a reload in
 * the middle of their renewal fails and leaves the old one in force.
 *
 * @throws Error naming the key, the file and what is wrong with it.
 */
export function readCertificate({ tls }: ServerConfig): Certificate | null {
  if (tls === undefined) return null;
  const cert = read('serve.tls.certFile', tls.certFile);
  const key = read('serve.tls.keyFile', tls.keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `serve.tls: ${tls.certFile} and ${tls.keyFile} are no certificate and its key in PEM: ${reason}`,
      { cause: error },
    );
  }
  return { cert, key };
}

function read(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`${key}: ${file} cannot be read (${reason})`, { cause: error });
  }
}
