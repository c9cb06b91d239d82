import { z } from 'zod';
import type { CollectConfig } from '../collect/config.ts';
import type { SignalsConfig } from '../collect/signals/config.ts';
import {
  configPart,
  eachEntry,
  uniqueNames,
  type Report,
  type Rule,
} from '../config/configPart.ts';
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

const ownNamespaces = z
  .array(z.string())
  .min(1, 'is empty: name a namespace, or leave it out for all of them')
  .optional();

const token = z.strictObject({
  name: z.string().min(1),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  scopes: z.array(z.enum(['read', 'ack', 'silence', 'ingest', 'admin'])).min(1),
  namespaces: ownNamespaces,
  /** Only these of `clusters`; all without it. */
  clusters: z.array(z.string()).min(1).optional(),
});

/** What a person may do in a browser; only programs send events. */
const personScopes = z.enum(['read', 'ack', 'silence', 'admin']);

const tokenReview = z.strictObject({
  /** Who a token must be meant for; empty: for the API server itself. */
  audiences: z.array(z.string().min(1)).default(['burnwatch']),
  scopes: z
    .array(personScopes.exclude(['admin']))
    .min(1)
    .default(['read']),
});

/** The part under `serve.tokenReview`. */
export type TokenReviewConfig = z.output<typeof tokenReview>;

const oidcGroup = z.strictObject({
  group: z.string().min(1),
  scopes: z.array(personScopes).min(1),
  namespaces: ownNamespaces,
  clusters: z.array(z.string()).min(1).optional(),
});

const oidc = z.strictObject({
  issuer: httpUrl,
  clientId: z.string().min(1),
  clientSecret: z.string().optional(),
  clientSecretFile: z.string().optional(),
  /** What is asked for. */
  scopes: z.array(z.string().min(1)).default(['openid']),
  usernameClaim: z.string().min(1).default('sub'),
  groupsClaim: z.string().min(1).default('groups'),
  groups: z.array(oidcGroup).min(1),
});

/** The part under `oidc`. */
export type OidcConfig = z.output<typeof oidc>;
export type OidcGroup = OidcConfig['groups'][number];

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
  /** Tokens of Kubernetes too: a user who may `get pods` in a namespace sees its costs. */
  tokenReview: tokenReview.optional(),
  /** Whether `/metrics` on `probes` has the series that name namespaces and owners with their cost. */
  namespaceMetrics: z.boolean().default(false),
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
  readonly oidc?: OidcConfig | undefined;
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

/** Names of principals from elsewhere begin so: a token of that name would pass for them. */
const RESERVED = /^(oidc|kubernetes):/;

const ownNames: Rule<ServerConfig['tokens'][number]> = ({ name }, report) => {
  if (RESERVED.test(name))
    report(
      ['name'],
      `"${name}" would pass for a person of ${RESERVED.exec(name)?.[1]}: take another`,
    );
};

const listeners: Rule<ServerConfig> = ({ listen, probes }, report) => {
  for (const [key, value] of Object.entries({ listen, probes })) {
    if (parseListen(value) === null)
      report([key], `"${value}" is not HOST:PORT, such as 127.0.0.1:9465`);
  }
  const address = parseListen(listen);
  if (address === null) return;
  if (address.port !== 0 && listen === probes)
    report(['probes'], 'must not be the same as serve.listen');
};

export const servePart = configPart(
  server.prefault({}),
  ofTokens(uniqueNames),
  ofTokens(eachEntry(tokenLength)),
  ofTokens(eachEntry(ownNames)),
  listeners,
);

const secureIssuer: Rule<OidcConfig> = ({ issuer }, report) => {
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, '')))
    report(
      ['issuer'],
      `"${issuer}" must be an https:// address: over http its answers can be forged`,
    );
};

const openidScope: Rule<OidcConfig> = ({ scopes }, report) => {
  if (!scopes.includes('openid')) report(['scopes'], 'must have openid');
};

export const oidcPart = configPart(oidc.optional(), secureIssuer, openidScope);

/** True where no client has to say who it is: then only loopback is listened on and answered. */
export function isOpen({ serve, oidc: login }: Pick<ServeConfig, 'serve' | 'oidc'>): boolean {
  return serve.tokens.length === 0 && serve.tokenReview === undefined && login === undefined;
}

/** Checks what holds between `serve` and `oidc`. */
export function checkAccess(config: Pick<ServeConfig, 'serve' | 'oidc'>, report: Report): void {
  const { serve, oidc: login } = config;
  const address = parseListen(serve.listen);
  if (address !== null && isOpen(config) && !isLoopback(address.host))
    report(
      ['serve', 'listen'],
      `"${serve.listen}" can be reached from elsewhere, and serve.tokens is empty: set a token, serve.tokenReview or oidc, or listen on 127.0.0.1`,
    );
  if (login !== undefined && serve.externalUrl === undefined)
    report(
      ['serve', 'externalUrl'],
      'is needed by oidc: the provider sends browsers back to /login/callback below it',
    );
}
