import { z } from 'zod';
import { configPart, type Rule } from '../config/configPart.ts';
import { duration, headers, httpUrl, tls } from '../config/values.ts';
import type { ExtraDevices } from '../model/devices.ts';
import { parseMatchers } from './prometheus/matchers.ts';
import type { UnitCostConfig } from './unitCosts.ts';
import { EXPORTER_NAMES } from './trust/exporters.ts';

const prometheus = z.strictObject({
  url: httpUrl.default('http://prometheus:9090'),
  matchers: z.string().default(''),
  headers,
  bearerToken: z.string().optional(),
  bearerTokenFile: z.string().optional(),
  basicAuth: z
    .strictObject({
      username: z.string(),
      password: z.string().optional(),
      passwordFile: z.string().optional(),
    })
    .optional(),
  /** Amazon Managed Service for Prometheus. */
  sigv4: z
    .strictObject({
      region: z.string().min(1),
      profile: z.string().optional(),
      service: z.string().default('aps'),
    })
    .optional(),
  /** Google Cloud Managed Service for Prometheus. */
  googleIam: z.strictObject({ credentialsFile: z.string().optional() }).optional(),
  oauth2: z
    .strictObject({
      tokenUrl: httpUrl,
      clientId: z.string().min(1),
      clientSecret: z.string().optional(),
      clientSecretFile: z.string().optional(),
      scopes: z.array(z.string()).default([]),
      /** Further fields of the request for a token, such as audience or resource. */
      parameters: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  tls: tls.optional(),
  timeout: duration.default(60_000),
  /** Range of every rate(); the window by default, at least 4m. At least four scrape intervals are wanted. */
  rateRange: duration.optional(),
  /** Attempts per query, the first included. */
  attempts: z.int().min(1).max(10).default(4),
  concurrency: z.int().min(1).max(20).default(4),
  /** Whose metrics are believed. */
  trust: z
    .strictObject({
      /** The scrape jobs of each exporter; `auto`: who was there first, and whom an operator accepted. */
      jobs: z
        .union([
          z.literal('auto'),
          z.record(
            z.string().refine((name) => EXPORTER_NAMES.includes(name), {
              error: `is none of ${EXPORTER_NAMES.join(', ')}`,
            }),
            z.array(z.string()).min(1),
          ),
        ])
        .default('auto'),
    })
    .prefault({}),
});

export type PrometheusConfig = z.output<typeof prometheus>;

const workloads = z.strictObject({
  source: z.enum(['auto', 'prometheus', 'kubernetes', 'file']).default('auto'),
  path: z.string().optional(),
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  /** Namespaced mode, for people who may not list the whole cluster; empty means all. */
  namespaces: z.array(z.string()).default([]),
  /** False: roles, bindings, NetworkPolicies, Ingresses and admission are not read, and posture is of workloads alone. */
  clusterReview: z.boolean().default(true),
});

export type WorkloadsConfig = z.output<typeof workloads>;

/** What observing a window depends on. */
export interface CollectConfig {
  readonly cluster: string;
  readonly prometheus: PrometheusConfig;
  readonly workloads: WorkloadsConfig;
  readonly schedule: { readonly window: number; readonly settle: number };
  readonly owners: { readonly keys: readonly string[]; readonly routes: readonly Matching[] };
  readonly unitCosts: readonly UnitCostConfig[];
  readonly pricing: {
    readonly nodes: readonly Matching[];
    readonly discounts: readonly Matching[];
    readonly devices?: ExtraDevices;
  };
}

/** An entry that applies where its labels match. */
interface Matching {
  readonly match: Readonly<Record<string, string>>;
}

const oneLogin: Rule<PrometheusConfig> = (part, report) => {
  const { basicAuth, bearerToken, bearerTokenFile, sigv4, googleIam, oauth2 } = part;
  const hasBearer = bearerToken !== undefined || bearerTokenFile !== undefined;
  const given = Object.entries({ basicAuth, sigv4, googleIam, oauth2 }).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  const [first, second] = given;
  if (first !== undefined && hasBearer)
    report([first], 'is given together with a bearer token: keep only one');
  if (second !== undefined)
    report([second], `is given together with prometheus.${first}: keep only one`);
  if (oauth2 !== undefined && (oauth2.clientSecret ?? oauth2.clientSecretFile) === undefined)
    report(['oauth2'], 'needs clientSecret or clientSecretFile');
  if (basicAuth !== undefined && (basicAuth.password ?? basicAuth.passwordFile) === undefined)
    report(['basicAuth'], 'needs password or passwordFile');
};

const clientCertificate: Rule<PrometheusConfig> = ({ tls }, report) => {
  if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined))
    report(['tls'], 'needs certFile and keyFile together');
};

const matchersParse: Rule<PrometheusConfig> = ({ matchers }, report) => {
  try {
    parseMatchers(matchers);
  } catch (error) {
    report(['matchers'], (error as Error).message);
  }
};

const specFile: Rule<WorkloadsConfig> = ({ source, path }, report) => {
  if (source === 'file' && path === undefined)
    report(['source'], 'file needs workloads.path: the output of kubectl get … -o json');
};

export const prometheusPart = configPart(
  prometheus.prefault({}),
  oneLogin,
  clientCertificate,
  matchersParse,
);
export const workloadsPart = configPart(workloads.prefault({}), specFile);
