import { hashOf } from '../../model/canonicalJson.ts';
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
  return hashOf(decisive).slice(0, 16);
}
