import { createSecureContext } from 'node:tls';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { serve, type ServerType } from '@hono/node-server';
import type { ServerConfig } from './config.ts';
import type { ListenAddress } from '../model/listen.ts';
import { SECOND_MS } from '../model/time.ts';

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

type FetchCallback = Parameters<typeof serve>[0]['fetch'];

/** A server that listens. */
export interface Listener {
  /** The address as others reach it, with the port that was taken. */
  readonly url: string;
  /** Takes another certificate into use; connections that are open keep theirs. */
  useCertificate(certificate: Certificate): void;
  /** Stops listening; open requests get a moment, then their connections are cut. */
  close(): Promise<void>;
}

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ListenOptions {
  /** Speaks TLS with this certificate; plain HTTP without. */
  readonly certificate?: Certificate | null;
  /** How long a client may take, in milliseconds. */
  readonly timeouts?: { readonly headersTimeout: number; readonly requestTimeout: number };
}

/** How long open requests get at the end. */
const GRACE_MS = 2_000;

/** Longer than a proxy keeps a connection, so that it never sends into one that we close. */
const KEEP_ALIVE_MS = 75 * SECOND_MS;

/** A client that sends slowly must not hold a connection for ever. */
const TIMEOUTS = { headersTimeout: 10 * SECOND_MS, requestTimeout: 30 * SECOND_MS };

/**
 * Listens on an address.
 * @param key names the configuration key in the error.
 * @throws Error saying why the address cannot be listened on.
 */
export function listen(
  fetch: FetchCallback,
  address: ListenAddress,
  key: string,
  { certificate = null, timeouts = TIMEOUTS }: ListenOptions = {},
): Promise<Listener> {
  const { host, port } = address;
  const limits = {
    ...timeouts,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(5_000, timeouts.headersTimeout / 2),
  };
  const how =
    certificate === null
      ? { serverOptions: limits }
      : {
          createServer: createTlsServer,
          serverOptions: { ...limits, ...certificate, minVersion: 'TLSv1.2' as const },
        };
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port, ...how }, (info) => {
      server.off('error', onError);
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({
        url: `${certificate === null ? 'http' : 'https'}://${name}:${info.port}`,
        useCertificate: (next) => {
          if (certificate !== null) (server as TlsServer).setSecureContext({ ...next });
        },
        close: () => close(server),
      });
    });
    const onError = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'is in use by another process' : error.message;
      reject(new Error(`${key}: ${host}:${port} ${why}`, { cause: error }));
    };
    server.once('error', onError);
  });
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if ('closeAllConnections' in server) server.closeAllConnections();
    }, GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}
