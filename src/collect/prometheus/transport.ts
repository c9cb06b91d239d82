import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AgentOptions } from 'node:https';
import type { PrometheusConfig } from '../config.ts';
import { createCloudLogin, type OutgoingRequest } from './cloudLogin.ts';

/** Where and as whom Prometheus is asked. Connections are kept alive between queries. */
export interface Transport {
  /** Base address without credentials or a trailing slash; safe to print. */
  readonly server: string;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /** Headers of the next request; token files are read each time, since they rotate. */
  headers(): Promise<Record<string, string>>;
  /** What a managed store asks of each request besides. @throws Error naming the configuration key */
  authorize(request: OutgoingRequest): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

/**
 * Prepares the connection that the configuration describes.
 * @throws Error naming the configuration key whose file cannot be read.
 */
export async function createTransport(config: PrometheusConfig): Promise<Transport> {
  const url = new URL(config.url);
  const fromUrl = basicFromUrl(url);
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  const login = await createCloudLogin(config);
  const options = { keepAlive: true, maxSockets: config.concurrency, scheduling: 'lifo' } as const;
  const httpAgent = new HttpAgent(options);
  const httpsAgent = new HttpsAgent({ ...options, ...(await tlsOptions(config)) });
  return {
    server: url.href.replace(/\/+$/, ''),
    httpAgent,
    httpsAgent,
    async headers() {
      const authorization = (await authorizationOf(config)) ?? fromUrl;
      return {
        ...config.headers,
        ...(authorization === null ? {} : { Authorization: authorization }),
      };
    },
    authorize: async (request) => (login === null ? {} : login.authorize(request)),
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function basicFromUrl(url: URL): string | null {
  if (url.username === '') return null;
  return basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function authorizationOf(config: PrometheusConfig): Promise<string | null> {
  if (config.bearerTokenFile !== undefined) {
    return `Bearer ${await secret(config.bearerTokenFile, 'prometheus.bearerTokenFile')}`;
  }
  if (config.bearerToken !== undefined) return `Bearer ${config.bearerToken}`;
  const auth = config.basicAuth;
  if (auth === undefined) return null;
  const password =
    auth.passwordFile === undefined
      ? (auth.password ?? '')
      : await secret(auth.passwordFile, 'prometheus.basicAuth.passwordFile');
  return basic(auth.username, password);
}

async function tlsOptions(config: PrometheusConfig): Promise<AgentOptions> {
  const tls = config.tls;
  if (tls === undefined) return {};
  const [ca, cert, key] = await Promise.all([
    optional(tls.caFile, 'prometheus.tls.caFile'),
    optional(tls.certFile, 'prometheus.tls.certFile'),
    optional(tls.keyFile, 'prometheus.tls.keyFile'),
  ]);
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecureSkipVerify,
  };
}

async function optional(path: string | undefined, key: string): Promise<string | null> {
  return path === undefined ? null : read(path, key);
}

async function secret(path: string, key: string): Promise<string> {
  return (await read(path, key)).trim();
}

async function read(path: string, key: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`${key}: cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}
