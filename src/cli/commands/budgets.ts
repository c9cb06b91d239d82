import type { Command } from 'commander';
import { readBudgets } from '../../cost/budgets/readBudgets.ts';
import { renderBudgets } from '../../cost/budgets/renderBudgets.ts';
import type { OutputFormat } from '../../model/text/table.ts';
import type { Io } from '../io.ts';
import { withHistory, loadContext, withOutput, type ConfigOption } from '../options.ts';

export function registerBudgets(command: Command, io: Io): void {
  command.action(async (options: ConfigOption & { readonly output: OutputFormat }) => {
    const { config } = loadContext(options, io).loaded;
    await withHistory(config, async (reader) => {
      const budgets = await readBudgets(reader, config.pricing, config.budgets);
      io.out(renderBudgets(budgets, config.pricing.currency, options.output));
    });
  });
  withOutput(command);
}
