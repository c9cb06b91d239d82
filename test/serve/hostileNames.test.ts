import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { serveShop, type ShopServer } from '../support/serveShop.ts';
import { ATTACK_AT, writeShopHistory } from '../support/shopHistory.ts';
import { containerSample, podSample } from '../support/snapshots.ts';
import { TempHistory } from '../support/tempHistory.ts';

/**
 * Sec, through the cycle, all detectors, the history and the server: names that every object has a property of
 * are names like any other. Kubernetes allows `constructor` for namespaces and containers, and anything at all
 * for labels, annotations and the kind and name of an owner.
 */
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
const TOKEN = 'root-token-0123456789';
const history = new TempHistory();
let server: ShopServer;

beforeAll(async () => {
  const config = await writeShopHistory(history.path('shop'), 1, withHostilePods);
  server = await serveShop(config, [{ name: 'root', token: TOKEN, scopes: ['admin'] }], {});
});

afterAll(async () => {
  await server?.close();
  history[Symbol.dispose]();
});

/** Quiet at first; with the attack they burn, and have one more container. */
function withHostilePods(snapshot: Snapshot): Snapshot {
  const isAttack = snapshot.window.start >= ATTACK_AT;
  const pods = NAMES.flatMap((name) =>
    ['Deployment', name].map((kind) => hostilePod(name, kind, snapshot.window.start, isAttack)),
  );
  return { ...snapshot, pods: [...snapshot.pods, ...pods] };
}

function hostilePod(name: string, kind: string, at: number, isAttack: boolean): PodSample {
  const other = name === 'constructor' ? 'toString' : 'constructor';
  return podSample({
    name,
    uid: `${name}-${kind}`,
    namespace: name,
    createdAt: at - HOUR_MS,
    workload: { kind, name },
    // JSON makes `__proto__` a key like any other, as the API's answers do.
    labels: JSON.parse(`{"${name}":"${name}","owner":"__proto__"}`) as Record<string, string>,
    annotations: { owner: '9999-99-99T99:99:99Z' },
    containers: [
      containerSample({ name, image: name, cpuUsageCores: isAttack ? 2 : 0.1 }),
      ...(isAttack ? [containerSample({ name: other })] : []),
    ],
  });
}

async function ask(path: string): Promise<string> {
  const headers = { accept: 'text/html', authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(server.url + path, { headers });
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).not.toMatch(/native code|\[object|\bundefined\b|\bNaN\b/);
  return text;
}

describe('Sec: names that every object has', () => {
  it('are found, and their findings shown', async () => {
    const findings = JSON.parse(await ask('/api/v1/findings?state=all')) as {
      id: string;
      namespace: string | null;
    }[];
    for (const name of NAMES) {
      const own = findings.filter(({ namespace }) => namespace === name);
      expect(own.length).toBeGreaterThan(0);
      for (const { id } of own) await ask(`/findings/${encodeURIComponent(id)}`);
    }
  });

  it.each(['/', '/findings?state=all', '/recommendations?all', '/posture', '/system'])(
    'do not stop %s for everybody',
    async (path) => {
      expect(await ask(path)).toContain('<h1>');
    },
  );

  it.each(NAMES)('%s has its pages and its cost', async (name) => {
    await ask(`/namespaces/${name}`);
    await ask(`/namespaces/${name}/Deployment/${name}`);
    await ask(`/namespaces/${name}/${name}/${name}`);
    await ask(`/posture/${name}`);
    const costs = JSON.parse(await ask(`/api/v1/costs?window=1d&by=label:${name}`)) as {
      rows: { key: string; totalCost: number }[];
    };
    expect(costs.rows.find(({ key }) => key === name)?.totalCost).toBeGreaterThan(0);
    expect(costs.rows.every(({ key }) => key === name || key === '__unallocated__')).toBe(true);
    const [set] = (
      JSON.parse(await ask('/allocation?window=1d&aggregate=namespace&accumulate=true')) as {
        data: object[];
      }
    ).data;
    expect(Object.hasOwn(set ?? {}, name)).toBe(true);
  });
});
