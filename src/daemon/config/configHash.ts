import { createHash } from 'node:crypto';
import type { Config } from './schema.ts';
import type { Thresholds } from '../../detect/detectors.ts';

/**
 * A hash of everything in the configuration that decides what a window comes to; it is kept with each
 * window. Addresses, paths, secrets and where messages go are left out: they change no figure.
 */
export function configHash(config: Config, thresholds: Thresholds): string {
  const { cluster, prometheus, workloads, pricing, budgets, owners, schedule } = config;
  const { shipped, currency, exchangeRate } = pricing.priceList;
  const decisive = {
    cluster,
    prometheus: { matchers: prometheus.matchers, rateRange: prometheus.rateRange },
    workloads: { source: workloads.source, namespaces: workloads.namespaces },
    pricing: { ...pricing, priceList: { shipped, currency, exchangeRate } },
    budgets,
    owners,
    schedule: { window: schedule.window, timezone: schedule.timezone },
    thresholds,
  };
  return createHash('sha256').update(canonicalJson(decisive)).digest('hex').slice(0, 16);
}

/** JSON with sorted keys: the same value always gives the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) => {
    if (typeof child !== 'object' || child === null || Array.isArray(child)) return child;
    return Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
