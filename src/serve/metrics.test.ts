import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

it('the Grafana dashboard asks only for metrics that there are', async () => {
  const file = new URL('../../deploy/helm/burnwatch/dashboards/burnwatch.json', import.meta.url);
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  const source = {
    lagSeconds: () => 1,
    questions: () => null,
    deliveryQueue: () => Promise.resolve(null),
  };
  const { registry } = createMetrics('0.0.0', 'test', source);
  const known = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name));
  const asked = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/burnwatch_\w+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(10);
  const missing = asked.filter((name) => !known.has(name.replace(/_bucket$/, '')));
  expect(missing).toEqual([]);
});

it('a figure that is not known yet is absent, not 0', async () => {
  const source = {
    lagSeconds: () => null,
    questions: () => null,
    deliveryQueue: () => Promise.resolve(null),
  };
  const metrics = createMetrics('0.0.0', 'test', source);
  expect(await metrics.registry.metrics()).not.toMatch(
    /^burnwatch_(source_up|nodes_cost_per_hour) /m,
  );
  metrics.sourceUp.set(0);
  expect(await metrics.registry.metrics()).toMatch(/^burnwatch_source_up 0$/m);
});

it('a namespace or an owner is named only by the metrics that the probes leave out', async () => {
  const source = { lagSeconds: () => 1, deliveryQueue: () => Promise.resolve(null) };
  const metrics = createMetrics('0.0.0', 'test', source);
  const namespace = 'canary-namespace';
  metrics.namespaceCost.set({ namespace }, 1);
  metrics.namespaceFindings.set({ namespace, severity: 'info' }, 1);
  metrics.namespaceEfficiency.set({ namespace }, 1);
  metrics.namespaceSavings.set({ namespace }, 1);
  metrics.budgetMonthly.set({ namespace, owner: 'canary-owner' }, 1);
  metrics.findings.set({ kind: 'abandoned', severity: 'info' }, 1);
  const all = await metrics.registry.metrics();
  const open = await metrics.openRegistry.metrics();
  expect(all.match(/canary-namespace/g)).toHaveLength(5);
  expect(open).not.toMatch(/canary|namespace=|owner=/);
  const names = (text: string) => new Set(text.match(/^# TYPE \S+/gm));
  expect(names(all).size - names(open).size).toBe(5);
  expect(open).toContain('burnwatch_findings{kind="abandoned",severity="info"} 1');
});
