import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHistoryReader } from '../../src/engines/openHistory.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { writeShopHistory } from '../support/shopHistory.ts';
import { TempHistory } from '../support/tempHistory.ts';

/** Sec, over a whole history: what one tenant's token can read names nothing of another tenant. */
const history = new TempHistory();
let server: ShopServer;
let foreign: readonly string[];

beforeAll(async () => {
  const config = await writeShopHistory(history.path('shop'), 4);
  const reader = await openHistoryReader(config.history.path);
  const all = await reader.findings({ state: 'all', kind: null, since: null, namespaces: null });
  await reader.close();
  foreign = all.filter(({ scope }) => scope.namespace !== 'shop').map(({ id }) => id);
  const shop = { name: 'shop', token: 'shop-token-0123456789', scopes: ['read' as const] };
  server = await serveShop(config, [{ ...shop, namespaces: ['shop'] }], {});
});

afterAll(async () => {
  await server?.close();
  history[Symbol.dispose]();
});

const PATHS = [
  '/',
  '/findings?state=all',
  '/namespaces/shop',
  '/namespaces/shop/Deployment/checkout',
  '/recommendations?all',
  '/posture',
  '/posture/shop',
  '/silences',
  '/system',
  '/api/v1/findings?state=all',
  '/api/v1/costs?window=4d&by=workload',
  '/api/v1/costs?window=4d&by=namespace&format=csv',
  '/api/v1/costs?window=4d&by=owner',
  '/api/v1/recommendations?all=true',
  '/api/v1/posture',
  '/api/v1/series?namespace=shop&kind=Deployment&workload=checkout',
  '/allocation/compute?window=4d&aggregate=controller',
  '/allocation/compute?window=4d&aggregate=namespace&idle=true',
  '/allocation/summary?window=4d&aggregate=controller',
  '/model/allocation?window=4d&includeAggregatedMetadata=true',
  '/assets?window=4d',
  '/clusterInfo',
];
const THEIRS =
  /payments|ledger|psp-gateway|fraud-model|warehouse|notebooks|ingest|team-data|node-agent|platform-monitoring/;

describe('Sec: a tenant’s token', () => {
  const ask = (path: string): Promise<Response> =>
    fetch(server.url + path, { headers: { authorization: 'Bearer shop-token-0123456789' } });

  it.each(PATHS)('sees its own and nobody else’s by %s', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).not.toMatch(THEIRS);
    expect(text.length).toBeGreaterThan(1);
  });

  it('sees something by the same calls, so that nothing passes by being empty', async () => {
    const paths = ['/', '/recommendations?all', '/posture', '/api/v1/costs?window=4d&by=workload'];
    for (const path of paths) expect(await (await ask(path)).text()).toMatch(/checkout|shop/);
  });

  it('does not get at another tenant’s finding, namespace or workload', async () => {
    expect(foreign.length).toBeGreaterThan(0);
    for (const id of foreign) {
      for (const path of [`/findings/${id}`, `/api/v1/findings/${id}`, `/findings/${id}/charts`])
        expect((await ask(path)).status).toBe(404);
    }
    for (const path of ['/namespaces/payments', '/namespaces/payments/Deployment/ledger'])
      expect((await ask(path)).status).toBe(404);
  });
});
