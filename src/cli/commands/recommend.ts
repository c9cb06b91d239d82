import { Option, type Command } from 'commander';
import { openHistoryReader } from '../../history/openHistory.ts';
import { workloadPatches } from '../../rightsize/advice/patch.ts';
import { isWorthSaying, readAdvice } from '../../rightsize/advice/readAdvice.ts';
import { renderAdvice } from '../../rightsize/advice/renderAdvice.ts';
import { renderPatches } from '../../rightsize/advice/renderPatches.ts';
import type { Io } from '../io.ts';
import { loadContext, withConfig, type ConfigOption } from '../options.ts';
import { presentCluster } from '../presentCluster.ts';
import { UsageError } from '../usageError.ts';

interface RecommendOptions extends ConfigOption {
  readonly namespace?: string;
  readonly days: string;
  readonly minSaving: string;
  readonly all?: boolean;
  readonly offline?: boolean;
  readonly output: 'table' | 'json' | 'csv' | 'patch';
}

export function registerRecommend(program: Command, io: Io): void {
  const command = program
    .command('recommend')
    .description('what to request instead, in money and as a patch')
    .option('-n, --namespace <name>', 'only this namespace')
    .option('--days <n>', 'UTC days to look back on', '14')
    .option('--min-saving <money>', 'leave out what saves less a month (needs stay)', '0')
    .option('--all', 'also what fits, and what has too little data')
    .option('--offline', 'from the history alone: autoscalers and owners of manifests stay unknown')
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'csv', 'patch'])
        .default('table'),
    )
    .action((options: RecommendOptions) => printRecommendations(options, io));
  withConfig(command);
}

async function printRecommendations(options: RecommendOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { config, thresholds } = context.loaded;
  const days = positive(options.days, '--days');
  const minSaving = positive(options.minSaving, '--min-saving', 0);
  const reader = await openHistoryReader(config.history.path);
  try {
    const snapshot = options.offline === true ? null : await presentCluster(context, io);
    const report = await readAdvice(reader, {
      days,
      namespaces: options.namespace === undefined ? null : [options.namespace],
      rule: thresholds.overprovisioned,
      snapshot,
    });
    const advices = report.advices.filter(
      (advice) => options.all === true || isWorthSaying(advice, minSaving),
    );
    const { currency } = config.pricing;
    if (options.output === 'patch') io.out(renderPatches(workloadPatches(advices), currency));
    else io.out(renderAdvice({ ...report, advices }, currency, options.output));
  } finally {
    await reader.close();
  }
}

function positive(text: string, option: string, least = 1): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new UsageError(`${option}: "${text}" is not a number of at least ${least}`);
}
