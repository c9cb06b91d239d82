import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { TempFolder } from '../../../test/support/tempFolder.ts';
import { ConfigError } from '../../config/configError.ts';
import { loadConfig } from './load.ts';

let folder: TempFolder;
beforeAll(() => {
  folder = new TempFolder();
  for (const name of ['cert', 'key']) writeFileSync(folder.file(name), name);
});
afterAll(() => folder[Symbol.dispose]());

/** Something under every key that rules look at. */
const WHOLE = {
  cluster: 'a',
  prometheus: {
    url: 'http://p',
    matchers: 'cluster="a"',
    headers: { 'X-Scope-OrgID': 'a' },
    basicAuth: { username: 'a', password: 'b' },
    tls: { certFile: 'cert', keyFile: 'key' },
  },
  workloads: { source: 'file', path: 'specs.json' },
  pricing: {
    currency: 'EUR',
    exchangeRate: 0.92,
    nodes: [{ match: { zone: 'a' }, hourly: 1 }],
    priceList: { source: 'list.csv' },
    discounts: [{ match: {}, percent: 5 }],
    shared: { namespaces: ['kube-system'] },
  },
  budgets: [
    { namespace: 'shop', monthly: 5 },
    { owner: 'team', monthly: 5 },
  ],
  owners: { routes: [{ match: { namespace: 'shop' }, owner: 'shop' }], teams: { shop: '#shop' } },
  schedule: { window: '5m', cycle: '*/5 * * * *', digest: '0 9 * * 1', timezone: 'UTC' },
  history: { path: 'b.db', retention: { windows: '14d', hours: '400d' } },
  slack: { token: 'xoxb-1234', channel: '#a' },
  webhooks: [
    { name: 'a', url: 'http://a', format: 'template', template: '{"a":1}' },
    { name: 'b', url: 'http://b', secret: 's', format: 'pagerduty' },
  ],
  siem: { path: 'events' },
  maintenance: [
    { name: 'm', matchers: ['namespace=shop'], days: ['sun'], from: '22:00', to: '23:00' },
  ],
  serve: {
    listen: '127.0.0.1:0',
    probes: '127.0.0.1:0',
    tokens: [{ name: 't', token: '0123456789abcdef', scopes: ['read'] }],
  },
};

/** Every part of a value with others in its place: a wrong kind, a wrong inside, nothing. */
function* spoilt(value: unknown): Generator {
  yield* [null, 7, 'x', [], {}, [7], { unknown: 1 }, [{ unknownFile: 'nowhere' }]];
  if (Array.isArray(value))
    for (const [index, item] of value.entries())
      for (const other of spoilt(item)) yield value.with(index, other);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value))
      for (const other of spoilt(item)) yield { ...value, [key]: other };
}

/** How many problems a configuration has. */
function problemsIn(config: unknown): number {
  const file = folder.file('burnwatch.yaml');
  writeFileSync(file, stringify(config));
  try {
    loadConfig(file);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.length;
    throw error;
  }
}

it('whatever is wrong in a configuration is reported as such, and nothing falls over', () => {
  expect(problemsIn(WHOLE)).toBe(0);
  // Eight things take each place: every seventh is each of them in turn.
  const some = [...spoilt(WHOLE)].filter((_, index) => index % 7 === 0);
  const counts = some.map(problemsIn);
  expect(counts.length).toBeGreaterThan(100);
  // One part is wrong: what only follows from it is not reported as well.
  expect(Math.max(...counts)).toBeLessThanOrEqual(3);
});
