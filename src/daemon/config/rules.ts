import { validate as isCron } from 'node-cron';
import { parseMatchers } from '../../collect/prometheus/matchers.ts';
import { HOUR_MS } from '../../model/time.ts';
import { isLoopback, parseListen } from '../../model/listen.ts';
import { eachKnown, whileKnown } from './knownParts.ts';
import { NOTIFICATION_RULES } from './notificationRules.ts';
import type { Config } from '../../config/schema.ts';

type Report = (path: readonly PropertyKey[], message: string) => void;
/** One rule that looks at more than one key, or that a schema cannot say. */
type Rule = (config: Config, report: Report) => void;

/**
 * Checks what holds between keys. Secrets have been read from their files by then. A rule that comes to a part
 * that is wrong by itself (`hideParts`) ends there: what it has found by then stands.
 */
export function checkRules(config: Config, report: Report): void {
  for (const rule of [...RULES, ...NOTIFICATION_RULES]) whileKnown(() => rule(config, report));
}

const windowDividesHour: Rule = ({ schedule }, report) => {
  if (HOUR_MS % schedule.window !== 0 || schedule.window < 60_000)
    report(['schedule', 'window'], 'must divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h');
};

const cronExpressions: Rule = ({ schedule }, report) => {
  for (const key of ['cycle', 'digest'] as const) {
    if (!isCron(schedule[key]))
      report(['schedule', key], `"${schedule[key]}" is not a cron expression such as */5 * * * *`);
  }
};

const retentionOrder: Rule = ({ history: { retention } }, report) => {
  if (retention.windows < 24 * HOUR_MS)
    report(
      ['history', 'retention', 'windows'],
      'must be at least 1d: hours are built from windows',
    );
  if (retention.hours < retention.windows)
    report(['history', 'retention', 'hours'], 'must not be shorter than history.retention.windows');
};

const specFile: Rule = ({ workloads }, report) => {
  if (workloads.source === 'file' && workloads.path === undefined)
    report(
      ['workloads', 'source'],
      'file needs workloads.path: the output of kubectl get … -o json',
    );
};

const onePrometheusLogin: Rule = ({ prometheus }, report) => {
  const { basicAuth, bearerToken, bearerTokenFile, tls } = prometheus;
  const hasBearer = bearerToken !== undefined || bearerTokenFile !== undefined;
  if (basicAuth !== undefined && hasBearer)
    report(['prometheus', 'basicAuth'], 'is given together with a bearer token: keep only one');
  if (basicAuth !== undefined && (basicAuth.password ?? basicAuth.passwordFile) === undefined)
    report(['prometheus', 'basicAuth'], 'needs password or passwordFile');
  if (tls !== undefined && (tls.certFile === undefined) !== (tls.keyFile === undefined))
    report(['prometheus', 'tls'], 'needs certFile and keyFile together');
};

const slackToken: Rule = ({ slack }, report) => {
  if (slack !== undefined && (slack.token ?? slack.tokenFile) === undefined)
    report(['slack'], 'needs token or tokenFile; remove slack to have messages in the log');
};

const webhookAddress: Rule = ({ webhooks }, report) => {
  eachKnown(webhooks, ({ url, urlFile }, index) => {
    if ((url ?? urlFile) === undefined) report(['webhooks', index], 'needs url or urlFile');
    else if (url !== undefined && !/^https?:\/\//.test(url))
      report(
        ['webhooks', index, urlFile === undefined ? 'url' : 'urlFile'],
        'must be an http:// or https:// address',
      );
  });
};

const uniqueNames: Rule = ({ webhooks, serve }, report) => {
  const lists = [
    { path: ['webhooks'], names: webhooks.map(({ name }) => name) },
    { path: ['serve', 'tokens'], names: serve.tokens.map(({ name }) => name) },
  ];
  for (const { path, names } of lists) {
    names.forEach((name, index) => {
      if (names.indexOf(name) < index)
        report([...path, index, 'name'], `"${name}" is there twice: names must differ`);
    });
  }
};

const serveTokens: Rule = ({ serve }, report) => {
  eachKnown(serve.tokens, ({ token, tokenFile }, index) => {
    if ((token ?? tokenFile) === undefined)
      report(['serve', 'tokens', index], 'needs token or tokenFile');
    else if (token !== undefined && token.length < 16)
      report(
        ['serve', 'tokens', index, tokenFile === undefined ? 'token' : 'tokenFile'],
        'is shorter than 16 characters: make one with `openssl rand -hex 32`',
      );
  });
};

const listeners: Rule = ({ serve }, report) => {
  for (const key of ['listen', 'probes'] as const) {
    if (parseListen(serve[key]) === null)
      report(['serve', key], `"${serve[key]}" is not HOST:PORT, such as 127.0.0.1:9465`);
  }
  const listen = parseListen(serve.listen);
  if (listen === null) return;
  if (serve.tokens.length === 0 && !isLoopback(listen.host))
    report(
      ['serve', 'listen'],
      `"${serve.listen}" can be reached from elsewhere, and serve.tokens is empty: set a token, or listen on 127.0.0.1`,
    );
  if (listen.port !== 0 && serve.listen === serve.probes)
    report(['serve', 'probes'], 'must not be the same as serve.listen');
};

const routeTargets: Rule = ({ owners }, report) => {
  const known = /^(namespace|workload|kind|severity|label:.+)$/;
  eachKnown(owners.routes, ({ match, owner, slack }, index) => {
    const path = ['owners', 'routes', index];
    if (owner === undefined && slack === undefined) report(path, 'needs owner or slack');
    for (const key of Object.keys(match)) {
      if (!known.test(key))
        report(
          [...path, 'match', key],
          'cannot be matched; use namespace, workload, kind, severity or label:KEY',
        );
    }
  });
};

const prometheusMatchers: Rule = ({ prometheus: { matchers } }, report) => {
  try {
    parseMatchers(matchers);
  } catch (error) {
    report(['prometheus', 'matchers'], (error as Error).message);
  }
};

const oneBudgetEach: Rule = ({ budgets }, report) => {
  const keys = budgets.map(({ namespace, owner }) => JSON.stringify([namespace, owner]));
  keys.forEach((key, index) => {
    if (keys.indexOf(key) < index) report(['budgets', index], 'repeats an earlier budget');
  });
};

const RULES: readonly Rule[] = [
  windowDividesHour,
  cronExpressions,
  retentionOrder,
  specFile,
  onePrometheusLogin,
  prometheusMatchers,
  slackToken,
  webhookAddress,
  uniqueNames,
  serveTokens,
  listeners,
  routeTargets,
  oneBudgetEach,
];
