import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readButton, readResponseButton } from '../../src/channels/slack/interaction.ts';
import { parseMatchers, selector } from '../../src/collect/prometheus/matchers.ts';
import { matrixReader } from '../../src/collect/prometheus/matrix.ts';
import {
  QUERY_IDS,
  queryContext,
  querySpec,
  RAW_IDS,
  rawSpec,
} from '../../src/collect/prometheus/queries.ts';
import { rawSamplesReader } from '../../src/collect/prometheus/rawSamples.ts';
import { readAnswer } from '../support/readAnswer.ts';
import { ConfigError } from '../../src/config/configError.ts';
import { BillError, readFocus, type Charge } from '../../src/cost/bill/readFocus.ts';
import { parsePriceList, PriceListError } from '../../src/cost/lists/parsePriceList.ts';
import { loadConfig } from '../../src/daemon/config/load.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { formatMatcher, MatcherError, parseMatcher } from '../../src/store/silences/matcher.ts';
import { fc } from '../support/properties.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { SHOP_NOW, writeShopHistory } from '../support/shopHistory.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { TempHistory } from '../support/tempHistory.ts';

/**
 * Inputs that nobody should write, a hundred of each kind. A million of each, which takes hours:
 * `FC_RUNS_FACTOR=10000 FC_SEED=7 npx vitest run --project integration --testTimeout 0 test/faults/inputs.property.test.ts`
 */
const folder = new TempFolder();
afterAll(() => folder[Symbol.dispose]());

const NASTY = ['"', '\\', '}', '{', "'", '`', '\n', '\u0000', '\u2028', '$', '=~', ',', '#', ': '];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom(...NASTY, 'a', 'é', '1', ' '), { maxLength: 12 })
    .map((all) => all.join('')),
  fc.constantFrom('__proto__', 'constructor', 'toString', '1e999', 'NaN', '-0', '../../etc/passwd'),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.double(),
  fc.constantFrom(null, true, 0, -1, 1e300, 2 ** 53, [], {}),
  fc.jsonValue({ maxDepth: 2 }),
);

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What came of inputs: a kind of which there is never one tests nothing. */
class Tally {
  taken = 0;
  refused = 0;

  /** What came out, or null where an error of the known kind refuses the input. */
  outcome<T>(work: () => T, kind: new (...args: never[]) => Error, about = /./): T | null {
    try {
      const result = work();
      this.taken += 1;
      return result;
    } catch (error) {
      this.refuse(error, kind, about);
      return null;
    }
  }

  refuse(error: unknown, kind: new (...args: never[]) => Error, about: RegExp): void {
    if (!(error instanceof kind)) throw error;
    must(error.message.length > 5 && about.test(error.message), `unclear: ${error.message}`);
    this.refused += 1;
  }
}

describe('a configuration', () => {
  const KEYS = ['cluster', 'prometheus', 'workloads', 'pricing', 'budgets', 'owners', 'schedule'];
  const INNER = ['url', 'path', 'nodes', 'match', 'hourly', 'keys', 'routes', 'window', 'tokens'];
  const inner = fc.dictionary(fc.oneof(fc.constantFrom(...INNER), text), value, { maxKeys: 3 });
  const whole = fc.dictionary(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...KEYS, 'history', 'slack', 'serve', 'webhooks') },
      { weight: 1, arbitrary: text },
    ),
    fc.oneof(value, inner, fc.array(inner, { maxLength: 2 })),
    { maxKeys: 5 },
  );
  const yaml = fc.oneof(
    whole.map((object) => JSON.stringify(object)),
    fc.tuple(whole, fc.nat()).map(([object, at]) => JSON.stringify(object).slice(0, at % 200)),
    text,
  );

  it('is loaded, the same each time, or refused with file, line and reason', () => {
    const file = folder.file('burnwatch.yaml');
    const tally = new Tally();
    fc.assert(
      fc.property(yaml, (written) => {
        writeFileSync(file, written);
        const first = tally.outcome(
          () => loadConfig(file),
          ConfigError,
          /^\S+burnwatch\.yaml(:\d+)?: /,
        );
        if (first === null) return;
        must(loadConfig(file).configHash === first.configHash, 'loaded again it is another one');
      }),
    );
    expect(tally.taken).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });
});

describe('matchers', () => {
  const operator = fc.constantFrom('=', '!=', '=~', '!~');

  it('of a silence are refused, or mean the same when they are written again', () => {
    const label = fc.constantFrom('namespace', 'workload', 'a1', '1a', '');
    const tally = new Tally();
    fc.assert(
      fc.property(label, operator, text, fc.boolean(), (name, op, wanted, isQuoted) => {
        const written = `${name}${op}${isQuoted ? JSON.stringify(wanted) : wanted}`;
        const matcher = tally.outcome(() => parseMatcher(written), MatcherError);
        if (matcher !== null) expectSame(parseMatcher(formatMatcher(matcher)), matcher);
      }),
    );
    expect(tally.taken).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });

  it('of the configuration are refused, or stay the same in a selector', () => {
    const tally = new Tally();
    fc.assert(
      fc.property(operator, text, (op, wanted) => {
        const written = `a${op}${JSON.stringify(wanted)}`;
        const matchers = tally.outcome(() => parseMatchers(written), Error);
        if (matchers !== null)
          expectSame(parseMatchers(selector('m', matchers).slice(1)), matchers);
      }),
    );
    expect(tally.taken).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });

  it('let no value out of its quotes, in any query', () => {
    const build = (wanted: string) => {
      const q = queryContext(5 * MINUTE_MS, 4 * MINUTE_MS, [
        { name: 'cluster', op: '=', value: wanted },
      ]);
      return [
        ...QUERY_IDS.map((id) => querySpec(id).promql(q)),
        ...RAW_IDS.map((id) => rawSpec(id).selector(q)),
      ].map((promql) => promql.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""'));
    };
    const harmless = build('prod');
    expect(harmless.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(text, (wanted) => {
        expect(build(wanted)).toEqual(harmless);
      }),
    );
  });
});

describe('an answer of Prometheus', () => {
  const grid = { startSeconds: 1_800_000_000, stepSeconds: 300, points: 3 };
  const reading = fc.oneof(
    fc.double().map(String),
    fc.constantFrom('NaN', '+Inf', '-Inf', '1e999', '-1e308', '0x10', '', '1_0', '１'),
  );
  const time = fc.constantFrom<unknown>(1_800_000_000, 1_800_000_300, 1_800_000_600, 1e18, -1, 'x');
  const series = fc.record({
    metric: fc.oneof(fc.dictionary(text, fc.oneof(text, value), { maxKeys: 3 }), value),
    values: fc.oneof(fc.array(fc.tuple(time, reading), { maxLength: 4 }), value),
  });
  const body = fc.oneof(
    fc
      .array(series, { maxLength: 3 })
      .map((result) =>
        JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
      ),
    fc.jsonValue().map((json) => JSON.stringify(json)),
    text,
  );

  it('is refused, or finite values on the grid with texts as labels', () => {
    const tally = new Tally();
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 64 }), (written, cut, pieceBytes) => {
        for (const bytes of [written, written.slice(0, cut % (written.length + 1))]) {
          const buffer = Buffer.from(bytes);
          const answer = tally.outcome(
            () => readAnswer(matrixReader(grid), buffer, pieceBytes),
            SyntaxError,
          );
          const series = answer !== null && 'series' in answer ? answer.series : [];
          for (const { labels, values } of series) {
            must(values.length === grid.points, 'off the grid');
            must(!values.some((one) => Math.abs(one) === Infinity), 'infinite');
            must(
              Object.values(labels).every((label) => typeof label === 'string'),
              'no text',
            );
          }
          const ever = { from: -Infinity, to: Infinity };
          const raw = tally.outcome(
            () => readAnswer(rawSamplesReader(ever), buffer, pieceBytes),
            SyntaxError,
          );
          for (const one of raw !== null && 'series' in raw ? raw.series : [])
            must(one.times.length === one.values.length, 'times and values differ');
        }
      }),
    );
    expect(tally.taken).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });
});

describe('tables of money', () => {
  const cell = fc.oneof(
    fc.double().map(String),
    text,
    fc.constantFrom('m5.large', 'eu-west-1', '0.1', '-1', '', '"', '1,5', '∞'),
  );
  const table = (header: string, first: string) =>
    fc
      .array(fc.array(cell, { minLength: 0, maxLength: 6 }), { maxLength: 4 })
      .map((rows) => [header, first, ...rows.map((row) => row.join(','))].join('\n'));

  it('a price list is refused, or has prices that are not negative', () => {
    const list = table(
      'InstanceType,vCPUs,MemoryGiB,Price,SpotPrice,Region',
      'm5.large,2,8,0.1,,eu',
    );
    const origin = { name: 'list.csv', currency: 'USD', configured: true };
    const tally = new Tally();
    fc.assert(
      fc.property(list, cell, (written, type) => {
        const read = () => parsePriceList(written, origin);
        const prices = tally.outcome(read, PriceListError, /^list\.csv/);
        for (const name of ['m5.large', type]) {
          const found = prices?.find(name, 'eu', 'linux') ?? null;
          const spots = [found?.spotPrice ?? 0, ...(found?.spotByZone.values() ?? [])];
          const all = [found?.price ?? 0, ...spots];
          must(
            all.every((price) => price >= 0 && Number.isFinite(price)),
            `prices ${all.join()}`,
          );
        }
      }),
    );
    expect(tally.taken).toBeGreaterThan(0);
    expect(tally.refused).toBeGreaterThan(0);
  });

  it('a bill is refused, or has charges of finite cost in time that goes on', async () => {
    const columns =
      'BillingCurrency,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ResourceId,Tags';
    const bill = table(columns, 'USD,2026-10-30T00:00:00Z,2026-10-31T00:00:00Z,7,i-1,');
    const file = folder.file('bill.csv');
    const tally = new Tally();
    const row = fc.tuple(cell, cell, cell).map((cells) => `USD,${cells.join(',')},i-1,`);
    await fc.assert(
      fc.asyncProperty(bill, row, async (written, last) => {
        writeFileSync(file, `${written}\n${last}`);
        const charges: Charge[] = [];
        try {
          const options = { name: 'bill.csv', currency: 'USD', filters: [] };
          for await (const charge of readFocus(file, options)) charges.push(charge);
          tally.taken += 1;
        } catch (error) {
          tally.refuse(error, BillError, /bill\.csv/);
        }
        for (const { cost, start, end } of charges)
          must(Number.isFinite(cost) && end > start, 'no cost, or no time');
      }),
    );
    expect(tally.refused).toBeGreaterThan(0);
  });
});

describe('a payload of Slack', () => {
  const action = fc.record(
    {
      action_id: fc.oneof(fc.constantFrom('acknowledge', 'silence', 'more', 'approve'), text),
      action_ts: fc.oneof(text, value),
      value: fc.oneof(text, value, fc.constant(`a1:${'0'.repeat(64)}`)),
      selected_option: fc.oneof(value, fc.record({ value: fc.oneof(text, value) })),
    },
    { requiredKeys: [] },
  );
  const payload = fc.record(
    {
      type: fc.oneof(fc.constant('block_actions'), value),
      user: fc.oneof(value, fc.record({ id: fc.oneof(fc.constant('U1'), text) })),
      team: fc.oneof(value, fc.record({ id: text })),
      channel: fc.oneof(value, fc.record({ id: text })),
      actions: fc.oneof(value, fc.array(action, { maxLength: 2 })),
    },
    { requiredKeys: [] },
  );

  it('is none of ours, or names a person and what it is about', () => {
    fc.assert(
      fc.property(payload, (sent) => {
        for (const read of [readButton(sent), readResponseButton(sent)]) {
          if (read === null) continue;
          expect(read.userId).toMatch(/^[UW][A-Z0-9]+$/);
          const about = 'findingId' in read ? read.findingId : read.responseId;
          expect(typeof about).toBe('string');
        }
      }),
    );
  });
});

describe('a request', () => {
  const history = new TempHistory();
  const TOKEN = 'fuzz-token-0123456789';
  let server: ShopServer;
  let now = SHOP_NOW;
  beforeAll(async () => {
    const config = await writeShopHistory(history.path('shop'), 1);
    const scopes = ['read' as const, 'ack' as const, 'silence' as const];
    const token = { name: 'tenant', token: TOKEN, scopes, namespaces: ['shop'] };
    // A second a request, so that none is refused for its pace.
    server = await serveShop(config, [token], { now: () => (now += 1_000) });
  });
  afterAll(async () => {
    await server?.close();
    history[Symbol.dispose]();
  });

  const path = fc.constantFrom(
    '/api/v1/costs',
    '/api/v1/explore',
    '/api/v1/findings',
    '/api/v1/silences',
    '/api/v1/series',
    '/api/v1/events',
    '/allocation/compute',
    '/assets',
    '/findings',
    '/explore',
    '/namespaces/shop',
    '/mcp',
    '/ingest/falco',
  );
  const NAMES = ['window', 'by', 'aggregate', 'filter', 'step', 'from', 'to', 'limit', 'sort'];
  const query = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), text), text, { maxKeys: 3 });
  const request = fc.record({
    path: fc.tuple(path, fc.oneof(fc.constant(''), text)),
    query,
    method: fc.constantFrom('GET', 'GET', 'POST', 'DELETE', 'PUT'),
    body: fc.oneof(
      text,
      value.map((json) => JSON.stringify(json)),
      fc
        .record({ matchers: fc.array(text, { maxLength: 2 }), endsAt: text, reason: text })
        .map((json) => JSON.stringify(json)),
    ),
    isJson: fc.boolean(),
  });

  it('is answered or refused, never a fault of ours, and shows nobody else’s', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const [base, rest] = sent.path;
        const url = new URL(
          base + (rest === '' ? '' : `/${encodeURIComponent(safe(rest))}`),
          server.url,
        );
        for (const [key, one] of Object.entries(sent.query)) url.searchParams.set(key, one);
        const headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` };
        if (sent.isJson) headers['content-type'] = 'application/json';
        const { method } = sent;
        const body = method === 'GET' ? null : sent.body;
        const answer = await fetch(url, { method, headers, body, redirect: 'manual' });
        const shown = await answer.text();
        expect([answer.status < 500, `${method} ${url.href} ${answer.status}`]).toEqual([
          true,
          expect.any(String),
        ]);
        const isJson = (answer.headers.get('content-type') ?? '').includes('json') && shown !== '';
        // Throws where it is none.
        if (isJson) JSON.parse(shown);
        expect(shown).not.toMatch(/fraud-model|psp-gateway/);
      }),
    );
  });
});

function expectSame(one: unknown, other: unknown): void {
  expect(one).toEqual(other);
}

/** Lone surrogates cannot be written into an address. */
function safe(part: string): string {
  return part.toWellFormed();
}
