import { configSchema, type Config } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { Collector } from '../../src/collect/collector.ts';
import { catchUp } from '../../src/cycle/catchUp.ts';
import { WorkingState } from '../../src/store/cycleState.ts';
import { detectorCodecs } from '../../src/daemon/compose.ts';
import { DETECTORS } from '../../src/detect/detectors.ts';
import { openHistoryWriter } from '../../src/engines/openHistory.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../src/model/time.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { podOwners, scopeOwner } from '../../src/detect/owners/podOwners.ts';
import { shopCollector } from './shopCluster.ts';

/** Where the made-up history ends, and thus what the wall clock is taken to be. */
export const SHOP_NOW: TimeMs = Date.UTC(2026, 10, 24, 7, 10);
export const ATTACK_AT: TimeMs = Date.UTC(2026, 10, 24, 4, 5);

/** The configuration that the made-up shop is judged and shown by. */
export function shopConfig(path: string, change: object = {}): Config {
  return configSchema.parse({
    cluster: 'prod-eu',
    history: { path },
    owners: { keys: ['owner', 'team'] },
    budgets: [{ namespace: 'shop', monthly: 700 }],
    pricing: {
      nodes: [{ match: { 'node.kubernetes.io/instance-type': 'm5.2xlarge' }, hourly: 0.384 }],
    },
    ...change,
  });
}

/**
 * Writes `days` of the made-up shop into a new history, through the cycle and all detectors.
 * @param change what a test adds to every window
 */
export async function writeShopHistory(
  path: string,
  days: number,
  change: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot,
): Promise<Config> {
  const config = shopConfig(path);
  const from = Math.floor((SHOP_NOW - days * DAY_MS) / HOUR_MS) * HOUR_MS;
  const { keys } = config.owners;
  const settings = {
    config,
    thresholds: loadThresholds([]),
    detectors: DETECTORS,
    priceLists: [],
    configHash: 'shop',
    ownerOf: (
      scope: Parameters<typeof scopeOwner>[0],
      snapshot: Parameters<typeof scopeOwner>[1],
    ) => scopeOwner(scope, snapshot, keys),
    podOwners: (snapshot: Parameters<typeof podOwners>[0]) => podOwners(snapshot, keys),
  };
  const history = await openHistoryWriter({
    path,
    cluster: config.cluster,
    currency: config.pricing.currency,
    windowMs: config.schedule.window,
    command: 'test',
    clock: () => SHOP_NOW,
  });
  const outage = Date.UTC(2026, 10, 23, 13, 20);
  const shop = shopCollector({
    from,
    attackAt: ATTACK_AT,
    gap: { start: outage, end: outage + 45 * MINUTE_MS },
  });
  const collector: Collector = {
    ...shop,
    collect: async (...asked) => (await shop.collect(...asked)).map(change),
  };
  try {
    const state = new WorkingState(await history.loadState(detectorCodecs(settings)));
    await catchUp({ collector, history }, state, settings, {
      from,
      until: SHOP_NOW - 5 * MINUTE_MS,
      muted: false,
      signal: new AbortController().signal,
    });
  } finally {
    await history.close();
  }
  return config;
}
