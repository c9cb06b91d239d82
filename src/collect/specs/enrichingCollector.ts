import type { ExtraDevices } from '../../model/devices.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Collector } from '../collector.ts';
import { enrich } from './enrich.ts';
import type { SpecSource } from './inventory.ts';
import { refuseForeign } from './foreign.ts';

/** Observes windows through metrics and adds to them what a source of specifications knows. */
export function createEnrichingCollector(
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
