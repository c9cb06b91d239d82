import type { Collector } from '../collect/collector.ts';
import { createCollector, SYSTEM_DEPS } from '../collect/createCollector.ts';
import { createPrometheusCollector } from '../collect/prometheusCollector.ts';
import { openExchange } from '../engines/openHistory.ts';
import { hashOf } from '../model/canonicalJson.ts';
import type { TimeMs } from '../model/time.ts';
import { ExchangeError, type Exchange } from '../store/exchange.ts';
import type { CycleConfig } from './compose.ts';
import { plainError } from './cycleThread.ts';
import { VERSION } from './version.ts';
import { withElsewhere } from './withElsewhere.ts';

/** The collector of the process that leads; that of a dry run works alone. */
export async function openCollector(
  loaded: CycleConfig,
  { warn, dryRunFrom }: { readonly warn: (problem: string) => void; readonly dryRunFrom?: TimeMs },
): Promise<Collector> {
  const { config } = loaded;
  const exchange = dryRunFrom === undefined ? await exchangeOf(loaded, warn) : null;
  return withElsewhere(await createCollector(config, SYSTEM_DEPS, exchange), config);
}

/** What this process and those of the same configuration and version observe together by; null where each is alone. */
async function exchangeOf(
  { config: { history, prometheus, schedule }, configHash }: CycleConfig,
  warn: (problem: string) => void,
): Promise<Exchange | null> {
  if (history.standbys === 'serve') return null;
  const way = hashOf({ VERSION, configHash, trust: prometheus.trust, settle: schedule.settle });
  return openExchange(history.path, way, warn);
}

/** Observes namespaces for the process that leads, until it is ended. */
export async function standBy(
  loaded: CycleConfig,
  warn: (problem: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const exchange = await exchangeOf(loaded, warn);
  if (exchange === null) return;
  const collector = await createPrometheusCollector(loaded.config, SYSTEM_DEPS, exchange);
  try {
    while (!signal.aborted) {
      const asked = await exchange.next(signal);
      await collector.help(asked, signal).catch(async (error: unknown) => {
        await asked.talk.fail(plainError(error).message);
        if (!(error instanceof ExchangeError))
          warn(`Observing for the leader failed: ${String(error)}`);
      });
    }
  } finally {
    await collector.close();
  }
}
