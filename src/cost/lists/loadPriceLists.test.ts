import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { pricing } from '../../../test/support/cost.ts';
import { loadPriceLists } from './loadPriceLists.ts';
import type { LoadedPriceLists } from './loadPriceLists.ts';

const NOW = Date.UTC(2026, 10, 24);
const GOOD = 'InstanceType,Price,Region\nm9,1.25,r\n';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'burnwatch-prices-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function load(
  priceList: Exclude<Parameters<typeof pricing>[0], undefined>['priceList'],
  now = NOW,
  rest: Parameters<typeof pricing>[0] = {},
  timeoutMs = 10_000,
): Promise<LoadedPriceLists> {
  const settings = pricing({ ...rest, priceList });
  const cacheDir = join(directory, 'cache');
  return loadPriceLists(settings, { cacheDir, now, signal: AbortSignal.timeout(timeoutMs) });
}

function priceOf(loaded: LoadedPriceLists): number | null | undefined {
  return loaded.lists[0]?.find('m9', 'r')?.price;
}

describe('the shipped lists', () => {
  it('are dated, sourced, and know the common machine types', async () => {
    const { lists, problems } = await load({});
    expect(problems).toEqual([]);
    expect(lists.map((list) => list.source)).toEqual([
      'shipped aws-regions prices',
      'shipped aws prices',
      'shipped azure prices',
      'shipped gcp prices',
    ]);
    expect(lists.every((list) => list.asOf !== null && list.currency === 'USD')).toBe(true);
    const priceIn = (index: number, type: string, region: string): unknown =>
      lists[index]?.find(type, region)?.price;
    // Read in the catalog: m5.xlarge 0.214, c5.9xlarge 1.728, t3.medium 0.0456.
    expect(priceIn(0, 'm5.xlarge', 'eu-west-1')).toBe(0.214);
    expect(priceIn(0, 'c5.9xlarge', 'eu-west-1')).toBe(1.728);
    expect(priceIn(0, 't3.medium', 'eu-west-1')).toBe(0.0456);
    expect(priceIn(1, 'm5.2xlarge', 'us-east-1')).toBe(0.384);
    expect(priceIn(2, 'Standard_D4s_v5', 'eastus')).toBe(0.192);
    expect(priceIn(3, 'n1-standard-4', 'us-central1')).toBe(0.189999);
    expect(await load({ shipped: false })).toEqual({ lists: [], problems: [] });
  });
});

describe('a list in a file', () => {
  it('is read, and on a bad edit the last good prices are kept', async () => {
    const source = join(directory, 'prices.csv');
    await writeFile(source, GOOD);
    expect(priceOf(await load({ source }))).toBe(1.25);
    await writeFile(source, 'InstanceType,Price,Region\nm9,-1,r\n');
    const loaded = await load({ source }, NOW + HOUR_MS);
    expect(priceOf(loaded)).toBe(1.25);
    expect(loaded.problems).toEqual([
      `${source}:2: column Price: "-1" is negative; leave it empty if it is unknown. ` +
        'The last good copy, read at 2026-11-24T00:00:00Z, is used instead',
    ]);
  });

  it('is said to be missing when it never was good, and nothing else breaks', async () => {
    const { lists, problems } = await load({ source: join(directory, 'none.csv') });
    expect(lists).toHaveLength(4);
    expect(problems[0]).toMatch(
      /none\.csv: cannot be read \(ENOENT\); check pricing\.priceList\.source/,
    );
  });

  it('is reported when its prices are old', async () => {
    const source = join(directory, 'prices.csv');
    await writeFile(source, `# as-of: 2026-10-01\n${GOOD}`);
    const { problems } = await load({ source });
    expect(problems).toEqual([
      expect.stringContaining('from 2026-10-01, 54 days ago; renew the list'),
    ]);
    expect((await load({ source, maxAge: '60d' })).problems).toEqual([]);
  });

  it('in another currency is used only with an exchange rate', async () => {
    const source = join(directory, 'prices.csv');
    await writeFile(source, GOOD);
    const { problems } = await load({ source }, NOW, { currency: 'EUR' });
    expect(problems[0]).toMatch(/is in USD but pricing\.currency is EUR, so it is not used/);
    const converted = await load({ source, exchangeRate: 0.8 }, NOW, { currency: 'EUR' });
    expect(priceOf(converted)).toBe(1);
    expect(converted.lists.every((list) => list.currency === 'EUR')).toBe(true);
  });
});

describe('a list at an address', () => {
  let server: Server;
  let source: string;
  let requests: IncomingMessage[];
  let answer: (response: ServerResponse) => void;
  beforeEach(async () => {
    requests = [];
    answer = (response) => response.setHeader('etag', '"v1"').end(GOOD);
    server = createServer((request, response) => {
      requests.push(request);
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/vms.csv`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('is fetched once a day, by its tag', async () => {
    expect(priceOf(await load({ source }))).toBe(1.25);
    expect(priceOf(await load({ source }, NOW + HOUR_MS))).toBe(1.25);
    expect(requests).toHaveLength(1);
    answer = (response) => response.writeHead(304).end();
    expect(priceOf(await load({ source }, NOW + DAY_MS))).toBe(1.25);
    expect(requests[1]?.headers['if-none-match']).toBe('"v1"');
    // The 304 renewed the copy: no request within the next day.
    await load({ source }, NOW + DAY_MS + HOUR_MS);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['an error', (response: ServerResponse) => response.writeHead(503).end(), /answered 503/],
    [
      'a login page',
      (response: ServerResponse) => response.end('<html>'),
      /:1: the header has no column/,
    ],
    ['a broken connection', (response: ServerResponse) => response.destroy(), /cannot be fetched/],
  ])('falls back to the last good copy on %s', async (_, broken, message) => {
    await load({ source });
    answer = broken;
    const loaded = await load({ source }, NOW + 2 * DAY_MS);
    expect(priceOf(loaded)).toBe(1.25);
    expect(loaded.problems[0]).toMatch(message);
    expect(loaded.problems[0]).toContain('The last good copy');
  });

  it.each([
    ['never answers', () => undefined],
    [
      'stops in the middle',
      (response: ServerResponse) =>
        void response.writeHead(200, { 'content-length': GOOD.length }).write(GOOD.slice(0, 30)),
    ],
  ])('falls back to the last good copy when the server %s', async (_, silent) => {
    await load({ source });
    answer = silent;
    const loaded = await load({ source }, NOW + 2 * DAY_MS, {}, 200);
    expect(priceOf(loaded)).toBe(1.25);
    expect(loaded.problems[0]).toMatch(/cannot be fetched \(no answer in time\).*last good copy/);
  });

  it('uses nothing of an answer that is cut short, nor of a copy that is damaged', async () => {
    await load({ source });
    answer = (response) =>
      void response
        .writeHead(200, { 'content-length': GOOD.length })
        .write(GOOD.slice(0, 30), () => void response.destroy());
    const cut = await load({ source }, NOW + 2 * DAY_MS);
    expect(priceOf(cut)).toBe(1.25);
    expect(cut.problems[0]).toContain('The last good copy');
    const cache = join(directory, 'cache');
    for (const file of await readdir(cache)) await writeFile(join(cache, file), 'garbage');
    const { lists, problems } = await load({ source }, NOW + HOUR_MS);
    expect(lists).toHaveLength(4);
    expect(problems[0]).toContain('There is no earlier good copy');
    // What is damaged is not asked about by its tag, which would only confirm it.
    expect(requests.at(-1)?.headers['if-none-match']).toBeUndefined();
  });

  it('is not followed elsewhere: a redirect could lead anywhere inside', async () => {
    answer = (response) => response.writeHead(302, { location: '/inside' }).end();
    const { problems } = await load({ source });
    expect(requests.map(({ url }) => url)).toEqual(['/vms.csv']);
    expect(problems[0]).toMatch(/answered 302, a redirect, which is not followed/);
  });

  it('is kept where others than the user and its group cannot read it', async () => {
    await load({ source });
    const cache = join(directory, 'cache');
    const files = await readdir(cache);
    expect(files).toHaveLength(2);
    for (const file of files) expect((await stat(join(cache, file))).mode & 0o007).toBe(0);
  });

  it('is shown without what may be a secret in it', async () => {
    const signed = `${source}?X-Amz-Signature=canary`;
    const { lists } = await load({ source: signed });
    answer = (response) => response.writeHead(403).end();
    const { problems } = await load({ source: signed }, NOW + 2 * DAY_MS);
    expect(lists[0]?.source).toBe(source);
    expect(problems[0]).toContain(`${source}: answered 403`);
    const user = await load({ source: source.replace('//', '//me:canary@') });
    expect(user.problems[0]).toContain('cannot be fetched');
    expect(JSON.stringify([lists, problems, user.problems])).not.toContain('canary');
  });

  it('that never answered leaves the other sources', async () => {
    answer = (response) => response.destroy();
    const { lists, problems } = await load({ source });
    expect(lists).toHaveLength(4);
    expect(problems[0]).toContain('There is no earlier good copy');
  });

  it('is used though its copy cannot be kept, and says so', async () => {
    await writeFile(join(directory, 'cache'), 'a file where the folder should be');
    const loaded = await load({ source });
    expect(priceOf(loaded)).toBe(1.25);
    expect(loaded.problems[0]).toMatch(/cannot be written to .*set pricing\.priceList\.cacheDir/);
  });
});
