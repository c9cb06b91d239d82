import { join } from 'node:path';
import type { Command } from 'commander';
import { createCollector } from '../../collect/createCollector.ts';
import { CollectError } from '../../collect/collector.ts';
import type { Config } from '../../daemon/config/schema.ts';
import { loadPriceLists } from '../../cost/lists/loadPriceLists.ts';
import {
  pricesOfHistory,
  pricesOfSnapshot,
  type PricesReport,
} from '../../cost/report/pricesReport.ts';
import { renderPrices } from '../../cost/report/renderPrices.ts';
import { collectLastWindow } from '../presentCluster.ts';
import { MINUTE_MS } from '../../model/time.ts';
import type { OutputFormat } from '../../model/text/table.ts';
import type { Io } from '../io.ts';
import {
  loadContext,
  sourcesOfHistory,
  withHistory,
  withOutput,
  type ConfigOption,
} from '../options.ts';
import { folderBeside } from '../../store/historyLocation.ts';

interface PricesOptions extends ConfigOption {
  readonly output: OutputFormat;
  readonly recorded?: boolean;
}

const TIMEOUT_MS = 2 * MINUTE_MS;

export default function register(command: Command, io: Io): void {
  command
    .option('--recorded', 'as the newest windows of the history were priced, without Prometheus')
    .action((options: PricesOptions) => printPrices(options, io));
  withOutput(command);
}

async function printPrices(options: PricesOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const report = options.recorded === true ? await recorded(config, io) : await live(config, io);
  io.out(renderPrices(report, options.output, io.terminal));
}

/** Prices the last complete window with the configuration as it is now. */
async function live(config: Config, io: Io): Promise<PricesReport> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const loaded = await lists(config, io, signal);
  const collector = await createCollector(config);
  try {
    const known = await sourcesOfHistory(config);
    const snapshot = await collectLastWindow(collector, config, { now: io.now(), known, signal });
    if (snapshot === null || snapshot.nodes.length === 0) {
      io.err('Prometheus shows no node in the last window: these are the prices of the history\n');
      return await recorded(config, io);
    }
    return pricesOfSnapshot(snapshot, config.pricing, loaded);
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    throw new CollectError(
      error.code,
      `${error.message}\nburnwatch prices --recorded shows the prices of the history instead`,
      error.retryable,
      error,
    );
  } finally {
    await collector.close();
  }
}

async function recorded(config: Config, io: Io): Promise<PricesReport> {
  const loaded = await lists(config, io, AbortSignal.timeout(TIMEOUT_MS));
  return withHistory(config, async (reader) => {
    return pricesOfHistory(await reader.nodes(), config.pricing, loaded);
  });
}

function lists(config: Config, io: Io, signal: AbortSignal): ReturnType<typeof loadPriceLists> {
  const cacheDir = join(folderBeside(config.history.path), 'price-lists');
  return loadPriceLists(config.pricing, { cacheDir, now: io.now(), signal });
}
