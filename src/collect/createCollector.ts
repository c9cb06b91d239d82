import type { CollectConfig } from './config.ts';
import type { Exchange } from '../store/exchange.ts';
import type { Collector } from './collector.ts';
import { createPrometheusCollector } from './prometheusCollector.ts';
import { createSpecSource } from './specs/createSpecSource.ts';
import type { ExtraDevices } from '../model/devices.ts';
import type { TimeMs } from '../model/time.ts';
import { enrich } from './specs/enrich.ts';
import type { SpecSource } from './specs/inventory.ts';
import { SYSTEM_DEPS, type CollectorDeps } from './systemDeps.ts';
import { refuseForeign } from './specs/foreign.ts';

/**
 * The collector that the configuration asks for. Nothing is asked of any server yet.
 *
 * @param exchange with the processes that observe namespaces for this one
 * @throws Error when a certificate cannot be read or `prometheus.matchers` does not parse.
 */
export async function createCollector(
  config: CollectConfig,
  deps: CollectorDeps = SYSTEM_DEPS,
  exchange: Exchange | null = null,
): Promise<Collector> {
  const metrics = await createPrometheusCollector(config, deps, exchange);
  const specs = createSpecSource(config, deps);
  return specs === null
    ? metrics
    : createEnrichingCollector(metrics, specs, deps.now, config.pricing.devices);
}

/** Observes windows through metrics and adds to them what a source of specifications knows. */
function createEnrichingCollector(
  metrics: Collector,
  specs: SpecSource,
  now: () => TimeMs,
  devices: ExtraDevices = {},
): Collector {
  return {
    async collect(windows, expected, signal) {
      const snapshots = await metrics.collect(windows, expected, signal);
      const inventory = await specs.read(now(), signal);
      const trusted = refuseForeign(inventory, snapshots);
      return snapshots.map((snapshot) => enrich(snapshot, trusted, devices));
    },
    batchSize: () => metrics.batchSize(),
    oldestData: (signal, maxAgeMs) => metrics.oldestData(signal, maxAgeMs),
    hasDataAfter: (time, until, signal) => metrics.hasDataAfter(time, until, signal),
    takeWork: () => metrics.takeWork(),
    async close() {
      await metrics.close();
      await specs.close();
    },
  };
}
