import { z } from 'zod';
import type { CollectConfig } from '../collect/config.ts';
import type { SignalsConfig } from '../collect/signals/config.ts';
import { configPart, eachEntry, uniqueNames, type Rule } from '../config/configPart.ts';
import { httpUrl } from '../config/values.ts';
import type { PricingConfig } from '../cost/config.ts';
import type { FleetConfig } from '../cost/fleet.ts';
import type { WindowConfig, ScheduleConfig } from '../cycle/config.ts';
import type { OwnersConfig } from '../detect/owners/config.ts';
import { isLoopback, parseListen } from '../model/listen.ts';
import { parseNetwork } from '../model/network.ts';
import type { KubeContextConfig } from '../notify/config.ts';
import type { ResponseConfig } from '../respond/config.ts';
import type { HistoryConfig } from '../store/config.ts';

const token = z.strictObject({
  name: z.string().min(1),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  scopes: z.array(z.enum(['read', 'ack', 'silence', 'ingest', 'admin'])).min(1),
  namespaces: z.array(z.string()).optional(),
  /** Only these of `clusters`; all without it. */
  clusters: z.array(z.string()).min(1).optional(),
});

const server = z.strictObject({
  listen: z.string().default('127.0.0.1:9465'),
  probes: z.string().default('0.0.0.0:9466'),
  externalUrl: httpUrl.optional(),
  /** Networks of proxies in front of the pages: their X-Forwarded-For is believed. */
  trustedProxies: z
    .array(
      z.string().refine((text) => parseNetwork(text) !== null, {
        error: 'is not a network such as 10.0.0.0/8',
      }),
    )
    .default([]),
  /** PEM files of the pages' and API's certificate and key; read again at every reload. */
  tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
  tokens: z.array(token).default([]),
});

/** The part under `serve`. */
export type ServerConfig = z.output<typeof server>;

/** Whether browsers reach the pages by https: they serve it, or a proxy in front of them does. */
export function reachedByHttps({ tls, externalUrl }: ServerConfig): boolean {
  return tls !== undefined || externalUrl?.startsWith('https:') === true;
}

/** What pages and API depend on. */
export interface ServeConfig
  extends CollectConfig, WindowConfig, FleetConfig, Omit<KubeContextConfig, 'workloads'> {
  readonly serve: ServerConfig;
  readonly signals: SignalsConfig;
  readonly history: HistoryConfig;
  readonly owners: OwnersConfig;
  readonly pricing: PricingConfig;
  readonly schedule: ScheduleConfig;
  readonly response: ResponseConfig;
}

const tokenLength: Rule<z.output<typeof token>> = ({ token: value, tokenFile }, report) => {
  if ((value ?? tokenFile) === undefined) report([], 'needs token or tokenFile');
  else if (value !== undefined && value.length < 16)
    report(
      [tokenFile === undefined ? 'token' : 'tokenFile'],
      'is shorter than 16 characters: make one with `openssl rand -hex 32`',
    );
};

/** A rule about the list of tokens. */
function ofTokens(rule: Rule<ServerConfig['tokens']>): Rule<ServerConfig> {
  return ({ tokens }, report) =>
    rule(tokens, (path, message) => report(['tokens', ...path], message));
}

const listeners: Rule<ServerConfig> = ({ listen, probes, tokens }, report) => {
  for (const [key, value] of Object.entries({ listen, probes })) {
    if (parseListen(value) === null)
      report([key], `"${value}" is not HOST:PORT, such as 127.0.0.1:9465`);
  }
  const address = parseListen(listen);
  if (address === null) return;
  if (tokens.length === 0 && !isLoopback(address.host))
    report(
      ['listen'],
      `"${listen}" can be reached from elsewhere, and serve.tokens is empty: set a token, or listen on 127.0.0.1`,
    );
  if (address.port !== 0 && listen === probes)
    report(['probes'], 'must not be the same as serve.listen');
};

export const servePart = configPart(
  server.prefault({}),
  ofTokens(uniqueNames),
  ofTokens(eachEntry(tokenLength)),
  listeners,
);
