import { serve, type ServerType } from '@hono/node-server';
import type { ListenAddress } from '../config/listen.ts';

type FetchCallback = Parameters<typeof serve>[0]['fetch'];

/** A server that listens. */
export interface Listener {
  /** The address as others reach it, with the port that was taken. */
  readonly url: string;
  /** Stops listening; open requests get a moment, then their connections are cut. */
  close(): Promise<void>;
}

/** How long open requests get at the end. */
const GRACE_MS = 2_000;

/**
 * Listens on an address.
 * @param key names the configuration key in the error.
 * @throws Error saying why the address cannot be listened on.
 */
export function listen(
  fetch: FetchCallback,
  address: ListenAddress,
  key: string,
): Promise<Listener> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port, serverOptions: LIMITS }, (info) => {
      server.off('error', onError);
      const name = host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${name}:${info.port}`, close: () => close(server) });
    });
    const onError = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'is in use by another process' : error.message;
      reject(new Error(`${key}: ${host}:${port} ${why}`, { cause: error }));
    };
    server.once('error', onError);
  });
}

/** A client that sends slowly must not hold a connection for ever. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000 };

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
