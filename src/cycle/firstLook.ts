import type { Collector } from '../collect/collector.ts';
import { allocate } from '../cost/allocate.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import { namespaceTable, type PricedWindow } from '../cost/report/namespaceTable.ts';
import type { ExpectedSamples, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import type { CostTable } from '../store/costTable.ts';
import { batchSize, windowsBetween } from './plan.ts';
import type { Settings } from './settings.ts';

/**
 * What the last hour before `until` cost by namespace, without recording anything. Each window is let go once it is
 * priced: the cluster may be of any size.
 *
 * @throws CollectError
 */
export function firstLook(
  { config, priceLists }: Settings,
  collector: Collector,
  expectedSamples: ExpectedSamples,
  until: TimeMs,
  signal: AbortSignal,
): Promise<CostTable> {
  const { window: length } = config.schedule;
  const windows = windowsBetween(until - HOUR_MS, until, length);
  async function* price(): AsyncGenerator<PricedWindow> {
    let last: Snapshot | null = null;
    for (let done = 0; done < windows.length;) {
      const batch = windows.slice(done, done + batchSize(length, last));
      const expected: ExpectedSamples = last?.expectedSamples ?? expectedSamples;
      for (const snapshot of await collector.collect(batch, expected, signal)) {
        const prices = priceNodes(snapshot, config.pricing, priceLists);
        const costs = allocate(snapshot, prices, config.pricing);
        yield { costs, coverage: snapshot.coverage };
        last = snapshot;
      }
      done += batch.length;
    }
  }
  return namespaceTable(price(), { start: windows[0]?.start ?? until, end: until });
}
