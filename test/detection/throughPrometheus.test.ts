import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluationSettings } from '../../bench/detection/settings.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';
import { START, WINDOWS, worldSeries, worldSnapshots } from '../../bench/stacks/world.ts';

/**
 * The evaluation plays worlds at the snapshot port. Here one of them goes the whole way once: as samples of
 * a scrape a minute in a real Prometheus, through the collector, and it must come to the same verdicts.
 */
let store: MetricStore;
let server: PrometheusServer;
let direct: readonly Snapshot[];

beforeAll(async () => {
  direct = worldSnapshots();
  store = await createMetricStore();
  for (const { metric, labels, samples } of worldSeries(direct)) store.add(metric, labels, samples);
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
});
afterAll(async () => {
  await server.stop();
  await store.remove();
});

/** What was said: when, how gravely, and of what. */
function verdictsOf(snapshots: readonly Snapshot[]): readonly string[] {
  const settings = evaluationSettings();
  const state = new WorkingState(emptyState());
  const said: string[] = [];
  for (const snapshot of snapshots) {
    const { change, events } = runWindow(snapshot, state, settings);
    state.apply(change);
    for (const { at, type, finding } of events) {
      const { scope, severity } = finding;
      const where = [scope.namespace, scope.workload?.kind, scope.workload?.name, scope.subject];
      const minutes = (at - START) / MINUTE_MS;
      said.push(`${minutes} ${type} ${severity} ${where.filter(Boolean).join('/')}`);
    }
  }
  return said;
}

it('a world comes to the same verdicts through a real Prometheus as at the snapshot port', async () => {
  const config = configSchema.parse({
    cluster: 'evaluation',
    prometheus: { url: server.url },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    const expected = {};
    const signal = new AbortController().signal;
    const collected: Snapshot[] = [];
    for (let at = 0; at < WINDOWS.length; at += 12)
      collected.push(...(await collector.collect(WINDOWS.slice(at, at + 12), expected, signal)));
    // Of the first window the start is not known, and of the last one the end: nothing was scraped after it.
    expect(collected.map(({ complete }) => complete).slice(1, -1)).not.toContain(false);
    const said = verdictsOf(collected);
    expect(said).toEqual(verdictsOf(direct));
    for (const miner of ['m-0', 'm-1', 'm-2', 'm-3'])
      expect(said.join('\n')).toContain(`opened warning ${miner}/`);
    expect(said.join('\n')).not.toContain(' h-');
  } finally {
    await collector.close();
  }
});
