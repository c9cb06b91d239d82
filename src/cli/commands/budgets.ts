import type { Command } from 'commander';
import { withOtherHistories } from '../../cost/fleet.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { readBudgets } from '../../cost/budgets/readBudgets.ts';
import { renderBudgets } from '../../cost/budgets/renderBudgets.ts';
import type { OutputFormat } from '../../model/text/table.ts';
import type { Io } from '../io.ts';
import {
  loadContext,
  watched,
  withHistory,
  withOutput,
  withWatch,
  type ConfigOption,
  type WatchOption,
} from '../options.ts';

interface BudgetsOptions extends ConfigOption, WatchOption {
  readonly output: OutputFormat;
}

export default function register(command: Command, io: Io): void {
  command.action((options: BudgetsOptions) =>
    watched(options, io, (to) => printBudgets(options, to)),
  );
  withWatch(withOutput(command));
}

async function printBudgets(options: BudgetsOptions, io: Io): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  await withHistory(config, async (reader) => {
    const budgets = await withOtherHistories(config, openHistoryReader, (others) =>
      readBudgets(reader, config.pricing, config.budgets, others),
    );
    io.out(renderBudgets(budgets, config.pricing.currency, options.output, io.terminal));
  });
}
