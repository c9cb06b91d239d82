import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { CHART, REPOSITORY } from '../support/chart.ts';
import { TempFolder } from '../support/tempFolder.ts';
import { until } from '../support/waiting.ts';

interface Target {
  readonly expr: string;
}

interface Dashboard {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
  readonly annotations: { readonly list: readonly Target[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly Target[] }[];
}

const TEXT = readFileSync(join(CHART, 'dashboards/burnwatch.json'), 'utf8');
const DASHBOARD = JSON.parse(TEXT) as Dashboard;
/** Scrapes of the made-up Burnwatch, one a second. */
const SCRAPES = 4;

/** Burnwatch's own metrics, with a value for each, scraped by a real Prometheus. */
const exporter = createServer((_request, response) => {
  response.setHeader('content-type', metrics.registry.contentType);
  void metrics.registry.metrics().then((text) => response.end(text));
});
const metrics = createMetrics('1.2.3', 'prod-eu', {
  lagSeconds: () => 30,
  questions: () => null,
  deliveryQueue: () => Promise.resolve({ waiting: 1, dead: 0 }),
});
let folder: TempFolder;
let prometheus: PrometheusServer;

beforeAll(async () => {
  metrics.cycles.inc({ result: 'ok' });
  metrics.cycleSeconds.observe(1);
  metrics.deliveries.inc({ channel: 'slack', result: 'sent' });
  metrics.dataProblems.set({ code: 'metric-absent' }, 1);
  metrics.findings.set({ kind: 'abandoned', severity: 'info' }, 2);
  metrics.nodesCost.set(2);
  metrics.idleCost.set(0.5);
  metrics.sourceUp.set(1);
  metrics.windowCoverage.set(1);
  metrics.budgetMonthly.set({ namespace: 'shop', owner: '' }, 1000);
  metrics.budgetMonthly.set({ namespace: '', owner: 'team' }, 5000);
  for (const namespace of ['shop', 'data']) {
    metrics.namespaceCost.set({ namespace }, 1);
    metrics.namespaceEfficiency.set({ namespace }, 0.4);
    metrics.namespaceFindings.set({ namespace, severity: 'info' }, 1);
    metrics.namespaceSavings.set({ namespace }, 42);
  }
  exporter.listen(0, '127.0.0.1');
  await once(exporter, 'listening');
  const { port } = exporter.address() as AddressInfo;
  folder = new TempFolder();
  prometheus = await startPrometheus({
    dataDir: folder.file('data'),
    scrapeConfigs: [{ jobName: 'burnwatch', targets: [`127.0.0.1:${port}`], interval: '1s' }],
  });
  await until('the scrapes', async () => {
    const [scrapes] = await values('count_over_time(burnwatch_build_info[1m])');
    return (scrapes?.value ?? 0) >= SCRAPES;
  });
});
afterAll(async () => {
  await prometheus.stop();
  exporter.close();
  await sleep(0);
  folder[Symbol.dispose]();
});

/** What Prometheus answers to a query of the dashboard, as Grafana would ask it with these variables. */
async function values(
  query: string,
  cluster = '.*',
  namespace = '.*',
): Promise<{ value: number }[]> {
  const asked = query.replaceAll('$cluster', cluster).replaceAll('$namespace', namespace);
  const url = new URL(`${prometheus.url}/api/v1/query`);
  url.searchParams.set('query', asked);
  const { status, error, data } = (await (await fetch(url)).json()) as {
    status: string;
    error?: string;
    data: { result: { value: [number, string] }[] };
  };
  expect([asked, status, error]).toEqual([asked, 'success', undefined]);
  return data.result.map(({ value }) => ({ value: Number(value[1]) }));
}

const QUERIES = DASHBOARD.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

it.each(QUERIES)('%s: %s', async (_title, query) => {
  expect((await values(query)).length).toBeGreaterThan(0);
  // Another cluster's figures are left out.
  const elsewhere = await values(query, 'other');
  expect(elsewhere.filter(({ value }) => value !== 0)).toEqual([]);
});

it('counts a budget, savings and findings of the chosen namespace alone', async () => {
  const of = (title: string): string =>
    DASHBOARD.panels.find((panel) => panel.title.startsWith(title))?.targets[0]?.expr ?? '';
  expect(await values(of('Budgets'), 'prod-eu')).toEqual([{ value: 0.73 }]);
  expect(await values(of('Budgets'), 'prod-eu', 'data')).toEqual([]);
  expect(await values(of('Savings'), 'prod-eu', 'shop')).toEqual([{ value: 42 }]);
  expect(await values(of('Findings of'), 'prod-eu', 'shop')).toEqual([{ value: 1 }]);
});

it('its variables and annotations are queries that work, and its links are pages that there are', async () => {
  const definitions = DASHBOARD.templating.list.flatMap(({ definition }) => definition ?? []);
  expect(definitions).toHaveLength(2);
  for (const definition of definitions) {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    expect((await values(`group by (${label}) (${metric})`)).length).toBeGreaterThan(0);
  }
  for (const { expr } of DASHBOARD.annotations.list) await values(expr);
  const sources = globSync('src/serve/pages/**/*.ts', { cwd: REPOSITORY });
  const paths = sources.flatMap((file) =>
    [
      ...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/(?:path: |PATH = )'(\/[^']*)'/g),
    ].map(([, path = '']) => path),
  );
  const linked = [...TEXT.matchAll(/\$\{pages\}(\/[a-z]+)/g)].map(([, path = '']) => path);
  expect(linked.length).toBeGreaterThan(5);
  for (const path of linked)
    expect(paths.some((page) => page === path || page.startsWith(`${path}/:`))).toBe(true);
});
