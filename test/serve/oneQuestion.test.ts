import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSlackStandIn } from '../../demo/slack/startSlackStandIn.ts';
import type { SlackStandIn } from '../../demo/slack/options.ts';
import { runCommand } from '../support/runCommand.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { SHOP_NOW, writeShopHistory } from '../support/shopHistory.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** "What did each namespace cost in week 2026-W47?", asked everywhere (docs/walks.md has the table). */
const FROM = '2026-11-16T00:00:00Z';
const TO = '2026-11-23T00:00:00Z';
const WEEK = '2026-W47';
let folder: TempFolder;
let server: ShopServer;
let slack: SlackStandIn;
let file: string;

beforeAll(async () => {
  folder = new TempFolder();
  const config = await writeShopHistory(folder.file('history.db'), 4);
  server = await serveShop(config, []);
  slack = await startSlackStandIn({
    now: () => SHOP_NOW,
    rates: null,
    fileProcessingMs: 0,
    channels: [{ name: 'cloud-cost' }, { name: 'security' }],
  });
  file = folder.file('burnwatch.yaml');
  const { cluster, history, budgets, owners } = config;
  const { currency, nodes } = config.pricing;
  writeFileSync(
    file,
    JSON.stringify({
      cluster,
      history: { path: history.path },
      pricing: { currency, nodes },
      budgets,
      owners: { keys: owners.keys },
      slack: { token: slack.botToken, apiUrl: slack.apiUrl },
      notifications: { preview: 'off' },
    }),
  );
});
afterAll(async () => {
  await server?.close();
  await slack?.close();
  folder[Symbol.dispose]();
});

async function run(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await runCommand([...args, '--config', file], () => SHOP_NOW);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out;
}

async function get(path: string): Promise<string> {
  const answer = await fetch(server.url.replace('127.0.0.1', 'localhost') + path);
  const text = await answer.text();
  expect({ path, status: answer.status, text: answer.ok ? '' : text }).toMatchObject({
    status: 200,
  });
  return text;
}

type Costs = Readonly<Record<string, number>>;

function costsOf(rows: readonly { readonly key: string; readonly totalCost: number }[]): Costs {
  return Object.fromEntries(rows.map(({ key, totalCost }) => [key, totalCost]));
}

interface Report {
  readonly rows: readonly { readonly key: string; readonly totalCost: number }[];
  readonly idle: { readonly totalCost: number };
}

it('has the same answer on the page, by command, API, OpenCost’s call, in the digest and in Slack', async () => {
  const span = `from=${FROM}&to=${TO}`;
  const api = JSON.parse(await get(`/api/v1/costs?${span}`)) as Report;
  const expected = costsOf(api.rows);
  expect(Object.keys(expected).sort()).toEqual(['data', 'payments', 'platform-monitoring', 'shop']);

  const command = JSON.parse(
    await run('costs', '--from', FROM, '--to', TO, '-o', 'json'),
  ) as Report;
  expect(costsOf(command.rows)).toEqual(expected);
  expect(command.idle).toEqual(api.idle);

  const explored = JSON.parse(await get(`/api/v1/explore?${span}`)) as Report;
  expect(costsOf(explored.rows)).toEqual(expected);

  const query = `window=${FROM},${TO}&aggregate=namespace&accumulate=true`;
  const allocation = JSON.parse(await get(`/allocation/compute?${query}`)) as {
    readonly data: readonly Readonly<Record<string, { readonly totalCost: number }>>[];
  };
  for (const [name, cost] of Object.entries(expected))
    expect(allocation.data[0]?.[name]?.totalCost).toBeCloseTo(cost, 6);

  await run('digest', '--week', WEEK, '--offline');
  const digest = JSON.parse(await get(`/api/v1/digests/${WEEK}`)) as {
    readonly namespaces: readonly { readonly key: string; readonly cost: number }[];
  };
  expect(costsOf(digest.namespaces.map(({ key, cost }) => ({ key, totalCost: cost })))).toEqual(
    expected,
  );

  const explorer = await get(`/explore?${span}&by=namespace`);
  const page = await get(`/digests/${WEEK}`);
  const text = await run('digest', '--week', WEEK, '--offline', '--dry-run');
  const message = JSON.stringify(slack.messages('cloud-cost'));
  for (const [name, cost] of Object.entries(expected)) {
    // A digest rounds its columns so that their cents add up: by one at most.
    const amounts = [0, 0.01, -0.01].map((cent) => (cost + cent).toFixed(2));
    for (const [where, shown] of Object.entries({ explorer, page, text, message }))
      expect({ where, name, isThere: amounts.some((one) => shown.includes(one)) }).toEqual({
        where,
        name,
        isThere: true,
      });
  }
});
