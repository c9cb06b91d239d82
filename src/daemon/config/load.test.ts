import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../config/configError.ts';
import { loadConfig } from './load.ts';
import { createRedactor } from '../../config/secrets.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'burnwatch-config-'));
  writeFileSync(join(dir, 'token'), 'xoxb-canary-1234\n');
  writeFileSync(join(dir, 'empty'), '\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

function load(text: string) {
  const file = join(dir, 'burnwatch.yaml');
  writeFileSync(file, text);
  return loadConfig(file);
}

/** Problems without the folder: `3: schedule.window: …`. */
function problemsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .map((line) => line.replace(`${dir}/burnwatch.yaml:`, '').replaceAll(dir, 'DIR'));
  }
  return [];
}

describe('loadConfig', () => {
  it('fills in the defaults of an empty file', () => {
    const { config } = load('');
    expect(config.schedule).toMatchObject({ window: 300_000, settle: 120_000, timezone: 'UTC' });
    expect(config.history.path).toBe(join(dir, 'burnwatch.db'));
    expect(config.pricing.cpuCoreHour).toBe(0.031611);
  });

  it.each([
    ['clutser: prod', '1: clutser: is not a known key; did you mean cluster?'],
    [
      'cluster: a\nclusters: [{ cluster: b }]',
      '1: cluster: is given together with clusters: it belongs into each of them',
    ],
    ['clusters:\n  - prometheus: {}', '2: clusters[0].cluster: is missing'],
    ['clusters:\n  - cluster: a\n  - cluster: a', '3: clusters[1].cluster: "a" is there already'],
    [
      'clusters:\n  - cluster: a\n  - cluster: b\n    slack: { channel: c, token: xoxb-1 }',
      '4: clusters[1].slack: is the same for all clusters: it belongs to the top level',
    ],
    [
      'clusters:\n  - cluster: a\n    promtheus: {}',
      '3: clusters[0].promtheus: is not a known key; did you mean prometheus?',
    ],
    [
      'clusters:\n  - cluster: a\n    prometheus:\n      timeout: soon',
      '4: clusters[0].prometheus.timeout: "soon" is not a duration such as 90s, 5m, 12h or 14d',
    ],
    [
      'clusters:\n  - cluster: a\n  - cluster: b\n    pricing: { currency: EUR, exchangeRate: 0.9 }',
      '4: clusters[1].pricing.currency: must be the same in all clusters',
    ],
    [
      'schedule: { window: 7s }\nclusters: [{ cluster: a }, { cluster: b }]',
      '1: schedule.window: must divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h',
    ],
    [
      'clusters:\n  - cluster: a\n    budgets: [{ namespace: x, monthly: 1 }]\nbudgets:\n  - { namespace: x, monthly: 0 }',
      '5: budgets[0].monthly: 0 must be more than 0',
    ],
    [
      'clusters:\n  - cluster: a\n    budgets:\n      - { namespace: x, monthly: 1 }\n      - { namespace: x, monthly: 2 }\nbudgets: [{ namespace: x, monthly: 9 }]',
      '5: clusters[0].budgets[1]: repeats an earlier budget',
    ],
    [
      'cluster: a\ntls: {}',
      '2: tls: is not a known key here; it belongs to prometheus.tls or email.tls or serve.tls',
    ],
    [
      'serve:\n  cluster: x',
      '2: serve.cluster: is not a known key here; it belongs to the top level',
    ],
    [
      'maintenance:\n  - name: x\n    matchers: [namspace=shop]\n    start: 2026-12-01T20:00:00Z\n    end: 2026-12-02T04:00:00Z',
      '3: maintenance[0].matchers[0]: findings have no label namspace: there are id, fingerprint, kind, rule, severity, cluster, namespace, workload, workload_kind, container, subject, owner; did you mean namespace?',
    ],
    ['paging: { perDay: 3 }', '1: paging.perDay: is not a known key; known here are maxPerDay'],
    ['cluster: 7', '1: cluster: must be text, but is a number: put it in quotes'],
    ['slack:', '1: slack: has no value: give it a map of keys, or remove the key'],
    [
      'budgets: shop',
      '1: budgets: must be a list, but is text: write it as [ … ] or as lines that begin with "- "',
    ],
    ['cluster: ""', '1: cluster: must not be empty'],
    ['cluster: a: b', '1: is not valid YAML: Nested mappings are not allowed in compact mappings'],
    ['cluster: a\ncluster: b', '2: is not valid YAML: Map keys must be unique'],
    [
      'prometheus:\n  timeout: 60',
      '2: prometheus.timeout: 60 is not a duration such as 90s, 5m, 12h or 14d',
    ],
    [
      'schedule:\n  window: 5x',
      '2: schedule.window: "5x" is not a duration such as 90s, 5m, 12h or 14d',
    ],
    [
      'schedule:\n  window: 7m',
      '2: schedule.window: must divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h',
    ],
    [
      'schedule: { cycle: always }',
      '1: schedule.cycle: "always" is not a cron expression such as */5 * * * *',
    ],
    [
      'schedule: { timezone: Mars }',
      '1: schedule.timezone: "Mars" is not a time zone such as UTC or Europe/Berlin',
    ],
    [
      'prometheus: { url: prometheus:9090 }',
      '1: prometheus.url: must be an http:// or https:// address',
    ],
    ['prometheus: { attempts: 0 }', '1: prometheus.attempts: 0 must be at least 1'],
    [
      'prometheus: { basicAuth: { username: a } }',
      '1: prometheus.basicAuth: needs password or passwordFile',
    ],
    [
      'prometheus: { tls: { certFile: token } }',
      '1: prometheus.tls: needs certFile and keyFile together',
    ],
    [
      'prometheus:\n  bearerToken: abc\n  basicAuth: { username: a, password: b }',
      '3: prometheus.basicAuth: is given together with a bearer token: keep only one',
    ],
    [
      'workloads: { source: files }',
      '1: workloads.source: "files" is not one of auto, prometheus, kubernetes, file (did you mean file?)',
    ],
    [
      'workloads: { source: file }',
      '1: workloads.source: file needs workloads.path: the output of kubectl get … -o json',
    ],
    [
      'pricing: { currency: Euro }',
      '1: pricing.currency: "Euro" must be an ISO 4217 code such as USD or EUR',
    ],
    ['pricing: { cpuCoreHour: -1 }', '1: pricing.cpuCoreHour: -1 must not be negative'],
    [
      'pricing:\n  discounts:\n    - { match: {}, percent: 120 }',
      '3: pricing.discounts[0].percent: 120 must be at most 100',
    ],
    [
      'budgets: [{ monthly: 5 }]',
      '1: budgets[0]: {"monthly":5} needs exactly one of namespace or owner',
    ],
    [
      'budgets:\n  - { namespace: a, monthly: 5 }\n  - { namespace: a, monthly: 6 }',
      '3: budgets[1]: repeats an earlier budget',
    ],
    [
      'exports: [{ to: out, email: [a@example.com] }]',
      '1: exports[0].email: needs the key email at the top: the server that mail goes through',
    ],
    [
      'email: { host: a, from: a@b.de, to: [a@b.de] }\nexports:\n  - { to: out, by: namespace, emailOwners: true }',
      '3: exports[0].emailOwners: needs by: owner',
    ],
    [
      'owners: { routes: [{ match: { team: a }, owner: b }] }',
      '1: owners.routes[0].match.team: cannot be matched; use namespace, workload, kind, severity, label:KEY or annotation:KEY',
    ],
    [
      'owners: { routes: [{ match: { namespace: a } }] }',
      '1: owners.routes[0]: needs owner or slack',
    ],
    [
      'history: { retention: { windows: 1h } }',
      '1: history.retention.windows: must be at least 1d: hours are built from windows',
    ],
    [
      'history: { retention: { hours: 2d } }',
      '1: history.retention.hours: must not be shorter than history.retention.windows',
    ],
    [
      'slack: { channel: "#a" }',
      '1: slack: needs token or tokenFile; remove slack to have messages in the log',
    ],
    [
      'slack:\n  token: a\n  tokenFile: token',
      '3: slack.tokenFile: is given together with token: keep only one of them',
    ],
    [
      'slack: { token: a, signingSecret: short }',
      '1: slack.signingSecret: is shorter than 16 characters: copy the Signing Secret of the app’s Basic Information',
    ],
    ['slack:\n  tokenFile: nowhere', '2: slack.tokenFile: names DIR/nowhere, which does not exist'],
    ['slack:\n  tokenFile: empty', '2: slack.tokenFile: names DIR/empty, which is empty'],
    ['slack:\n  tokenFile: .', '2: slack.tokenFile: names DIR, which cannot be read: EISDIR'],
    ['webhooks: [{ name: pager }]', '1: webhooks[0]: needs url or urlFile'],
    ['siem:\n  urlFile: token', '2: siem.urlFile: must be an http:// or https:// address'],
    [
      'history: { url: "postgres://u:a,b@h1,h2:5432/db" }',
      '1: history.url: names several servers: give one address that follows the one that can be written (docs/postgresql.md)',
    ],
    [
      'history: { url: "postgres://h/db?sslmode=verify-full&sslmode=disable" }',
      '1: history.url: has sslmode twice',
    ],
    [
      'history: { backup: { to: "s3://backups", s3: { secretAccessKey: k } } }',
      '1: history.backup.s3.accessKeyId: is missing beside the other: set it, or accessKeyIdFile',
    ],
    [
      'history: { backup: { to: "s3://B/x", s3: { accessKeyId: a, secretAccessKey: k } } }',
      '1: history.backup.to: must be s3://BUCKET/PREFIX; a bucket has 3 to 63 of a-z, 0-9, . and -',
    ],
    [
      'history: { backup: { to: /backups, s3: { region: x } } }',
      '1: history.backup.s3: is for a bucket: set history.backup.to to s3://BUCKET/PREFIX',
    ],
    [
      'webhooks: [{ name: pager, url: pager.example.com }]',
      '1: webhooks[0].url: must be an http:// or https:// address',
    ],
    [
      'webhooks:\n  - { name: a, url: http://a }\n  - { name: a, url: http://b }',
      '3: webhooks[1].name: "a" is there twice: names must differ',
    ],
    [
      'serve: { tokens: [{ name: a, scopes: [read] }] }',
      '1: serve.tokens[0]: needs token or tokenFile',
    ],
    [
      'serve: { tokens: [{ name: a, token: short, scopes: [read] }] }',
      '1: serve.tokens[0].token: is shorter than 16 characters: make one with `openssl rand -hex 32`',
    ],
    [
      'serve: { tokens: [{ name: a, tokenFile: token, scopes: [] }] }',
      '1: serve.tokens[0].scopes: must not be empty',
    ],
    [
      'serve: { tokens: [{ name: a, tokenFile: token, scopes: [read], namespaces: [] }] }',
      '1: serve.tokens[0].namespaces: [] is empty: name a namespace, or leave it out for all of them',
    ],
    [
      'serve: { externalUrl: "https://b.example" }\noidc: { issuer: "https://a.example", clientId: b, groups: [{ group: g, scopes: [read], namespaces: [] }] }',
      '2: oidc.groups[0].namespaces: [] is empty: name a namespace, or leave it out for all of them',
    ],
    [
      'serve: { tokens: [{ name: a, token: 0123456789abcdef, scopes: [write] }] }',
      '1: serve.tokens[0].scopes[0]: "write" is not one of read, ack, silence, ingest, admin',
    ],
    [
      'serve: { listen: "9465" }',
      '1: serve.listen: "9465" is not HOST:PORT, such as 127.0.0.1:9465',
    ],
    [
      'serve: { listen: "127.0.0.1:1", probes: "127.0.0.1:1" }',
      '1: serve.probes: must not be the same as serve.listen',
    ],
    [
      'serve: { listen: "0.0.0.0:9465" }',
      '1: serve.listen: "0.0.0.0:9465" can be reached from elsewhere, and serve.tokens is empty: set a token, serve.tokenReview or oidc, or listen on 127.0.0.1',
    ],
    [
      'serve: { tokens: [{ name: "oidc:ana", token: 0123456789abcdef, scopes: [read] }] }',
      '1: serve.tokens[0].name: "oidc:ana" would pass for a person of oidc: take another',
    ],
    [
      'serve: { listen: "0.0.0.0:9465" }\noidc: { issuer: "https://a.example", clientId: b, groups: [{ group: g, scopes: [read] }] }',
      '1: serve.externalUrl: is needed by oidc: the provider sends browsers back to /login/callback below it',
    ],
    [
      'serve: { externalUrl: "https://b.example" }\noidc: { issuer: "http://a.example", clientId: b, groups: [{ group: g, scopes: [read] }] }',
      '2: oidc.issuer: "http://a.example" must be an https:// address: over http its answers can be forged',
    ],
    [
      'heartbeat: { url: "ftp://a.example" }',
      '1: heartbeat.url: must be an http:// or https:// address',
    ],
    ['heartbeat: {}', '1: heartbeat: needs url or urlFile: the address of a monitor'],
    [
      'serve: { tokenReview: { scopes: [admin] } }',
      '1: serve.tokenReview.scopes[0]: is not one of read, ack, silence',
    ],
    [
      'clusters: [{ cluster: a }, { cluster: b }]\nserve: { tokenReview: { audiences: [] } }',
      '2: serve.tokenReview.audiences: must name one where there are clusters: a token for one API server would be shown to the others',
    ],
    [
      'clusters: [{ cluster: a }, { cluster: b }]\nheartbeat: { url: "https://a.example/1" }',
      '2: heartbeat: is the same for several clusters, of which one that lives would hide another that does not: give each its own',
    ],
    ['thresholds: [nowhere]', 'DIR/nowhere: thresholds: cannot be read: it does not exist'],
  ])('refuses %j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('says everything that is wrong at once, in the order of the file', () => {
    const text = 'pricing:\n  gpuHour: free\nclutser: a\nserve:\n  probes: 12\n';
    expect(problemsOf(text)).toEqual([
      '2: pricing.gpuHour: must be a number, but is text',
      '3: clutser: is not a known key; did you mean cluster?',
      '5: serve.probes: must be text, but is a number: put it in quotes',
    ]);
  });

  it.each([
    [
      'what holds between keys beside a key that is wrong by itself',
      'prometheus: { timeout: soon }\nhistory:\n  retention: { windows: 30d, hours: 2d }\nslack: { channel: "#a" }\nthresholds: [nowhere]\n',
      [
        '1: prometheus.timeout: "soon" is not a duration such as 90s, 5m, 12h or 14d',
        '3: history.retention.hours: must not be shorter than history.retention.windows',
        '4: slack: needs token or tokenFile; remove slack to have messages in the log',
        'DIR/nowhere: thresholds: cannot be read: it does not exist',
      ],
    ],
    [
      'nothing that depends on a value that is wrong by itself',
      'history: { retention: { windows: long, hours: 2d } }\nserve:\n  listen: "0.0.0.0:9465"\n  tokens: secret\nthresholds: [7]\n',
      [
        '1: history.retention.windows: "long" is not a duration such as 90s, 5m, 12h or 14d',
        '4: serve.tokens: must be a list, but is text: write it as [ … ] or as lines that begin with "- "',
        '5: thresholds[0]: must be text, but is a number: put it in quotes',
      ],
    ],
    [
      'no lack of a key that was mistyped',
      'slack:\n  tokn: x\nwebhooks:\n  - { name: a }\n  - { name: b, ulr: http://b }\n',
      [
        '2: slack.tokn: is not a known key; did you mean token?',
        '4: webhooks[0]: needs url or urlFile',
        '5: webhooks[1].ulr: is not a known key; did you mean url?',
      ],
    ],
    [
      'files that are not there, but none below what is wrong',
      'slack: [{ tokenFile: nowhere }]\nprometheus: { bearerTokenFile: nowhere, attempts: 0 }\n',
      [
        '1: slack: must be a map of keys, but is a list',
        '2: prometheus.attempts: 0 must be at least 1',
        '2: prometheus.bearerTokenFile: names DIR/nowhere, which does not exist',
      ],
    ],
    [
      'every entry of a list but what is not known of it',
      'maintenance:\n  - { name: a, start: 2026-12-02T04:00:00Z, end: 2026-12-01T04:00:00Z }\n  - { name: b, from: late }\n  - { start: 2026-12-02T04:00:00Z }\n',
      [
        '2: maintenance[0].end: must be after start',
        '3: maintenance[1].from: "late" must be a time of day such as 22:00',
        '4: maintenance[2].name: is missing',
        '4: maintenance[2]: needs start and end, or days, from and to',
      ],
    ],
    [
      'one thing of what is no configuration',
      '- cluster: a\n',
      ['1: must be a map of keys, but is a list'],
    ],
  ])('says %s', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it.each(['postgres://u:a,b@h/db', 'postgres://u:a,b,@h:5432/db?sslmode=disable'])(
    'takes a comma of a password for no list of servers: %s',
    (url) => {
      expect(problemsOf(`history: { url: "${url}" }`)).toEqual([]);
    },
  );

  it('names a default file that is missing, and the cure', () => {
    const elsewhere = process.cwd();
    process.chdir(dir);
    try {
      rmSync('burnwatch.yaml', { force: true });
      expect(() => loadConfig(undefined)).toThrow(/burnwatch\.yaml: does not exist here.*--config/);
      expect(() => loadConfig('other.yaml')).toThrow(/other\.yaml: cannot be read: ENOENT/);
    } finally {
      process.chdir(elsewhere);
    }
  });

  it('reads a secret from its file, without the newline at its end', () => {
    const { config, secrets } = load('slack: { tokenFile: token }');
    expect(config.slack?.token).toBe('xoxb-canary-1234');
    expect(secrets).toEqual(['xoxb-canary-1234']);
  });

  it('never repeats a secret in an error', () => {
    const problems = problemsOf(
      'serve: { tokens: [{ name: a, token: canary, scopes: [read] }] }\nslack: { token: [canary] }\nwebhooks: [{ name: a, url: canary }]\nprometheus: { url: canary }',
    ).join();
    expect(problems).toContain('slack.token: must be text');
    expect(problems).not.toContain('canary');
  });

  it('hashes what decides a window, and nothing else', () => {
    const hash = (text: string) => load(text).configHash;
    const base = hash('cluster: a\npricing: { gpuHour: 1 }');
    expect(hash('pricing: { gpuHour: 1 }\ncluster: a')).toBe(base);
    expect(hash('cluster: a\npricing: { gpuHour: 1 }\nslack: { tokenFile: token }')).toBe(base);
    expect(hash('cluster: a\npricing: { gpuHour: 2 }')).not.toBe(base);
  });
});

describe('createRedactor', () => {
  it('takes secrets out of every form in which they travel', () => {
    const { secrets } = load(
      'prometheus: { url: "http://me:p%40ssword@host", headers: { Authorization: "Bearer abc" } }\nwebhooks: [{ name: a, url: "https://hooks/XYZ", secret: "a\\"b\\nc" }]',
    );
    const redact = createRedactor(secrets);
    const said = `p%40ssword p@ssword Bearer abc https://hooks/XYZ ${JSON.stringify('a"b\nc')} host`;
    expect(redact(said)).toBe('[redacted] [redacted] [redacted] [redacted] "[redacted]" host');
  });
});
