import type { Command } from 'commander';
import { readBudgets } from '../../cost/budgets/readBudgets.ts';
import { renderBudgets } from '../../cost/budgets/renderBudgets.ts';
import type { Io } from '../io.ts';
import { openHistoryOf } from '../openHistoryOf.ts';
import { loadContext, withConfig, withOutput, type ConfigOption } from '../options.ts';
import type { OutputFormat } from '../../model/text/table.ts';

export function registerBudgets(program: Command, io: Io): void {
  const command = program
    .command('budgets')
    .description("this month's budgets: spent, and forecast with its interval")
    .action(async (options: ConfigOption & { readonly output: OutputFormat }) => {
      const { config } = loadContext(options, io).loaded;
      const reader = await openHistoryOf(config);
      try {
        const budgets = await readBudgets(reader, config.pricing, config.budgets);
        io.out(renderBudgets(budgets, config.pricing.currency, options.output));
      } finally {
        await reader.close();
      }
    });
  withOutput(withConfig(command));
}
