import type { Command } from 'commander';
import type { SavingsAction } from '../../cost/savings/savingsAction.ts';
import { readActions } from '../../detect/rightsize/actions/readActions.ts';
import { renderPatches } from '../../detect/rightsize/advice/renderPatches.ts';
import { ADVICE_DAYS } from '../../detect/rightsize/applied/appliedAdvice.ts';
import { readApplied } from '../../detect/rightsize/applied/readApplied.ts';
import { PROVEN_COLUMNS, provenJson } from '../../detect/rightsize/applied/renderApplied.ts';
import type { Column, OutputFormat } from '../../model/text/table.ts';
import { formatAmount, formatMoney } from '../../model/text/units.ts';
import { kubeContextOf } from '../../notify/config.ts';
import { UsageError, type Io } from '../io.ts';
import { printRows } from '../listing.ts';
import { presentObjects, type OfflineOption } from '../presentCluster.ts';
import {
  loadContext,
  namespacesOf,
  sourcesOfHistory,
  withHistory,
  withNamespace,
  withOutput,
  type ConfigOption,
} from '../options.ts';
import { openAbuseMarks } from './recommend.ts';

interface SavingsOptions extends ConfigOption, OfflineOption {
  readonly namespace?: string;
  readonly applied?: true;
  readonly output: OutputFormat | 'patch';
}

export default function register(command: Command, io: Io): void {
  withNamespace(command)
    .option('--applied', 'recommendations that were applied: promised, got, and what became worse')
    .option(
      '--offline',
      'from the history alone, without asking the cluster; pressure stays unknown',
    )
    .action((options: SavingsOptions) => printSavings(options, io));
  const about = 'how to print; patch takes back what hurt (--applied)';
  withOutput(command, ['table', 'json', 'csv', 'patch'], about);
}

async function printSavings(options: SavingsOptions, io: Io): Promise<void> {
  const { output } = options;
  if (output === 'patch' && options.applied !== true)
    throw new UsageError('-o patch: give --applied too; recommend -o patch prints new requests');
  const context = loadContext(options, io);
  const { config, thresholds } = context.loaded;
  const { pricing } = config;
  await withHistory(config, async (reader) => {
    const namespaces = await namespacesOf(reader, options);
    const request = {
      days: ADVICE_DAYS,
      namespaces,
      pricing,
      rule: thresholds.overprovisioned,
      abuse: await openAbuseMarks(reader),
      present: await presentObjects(reader, options, context, io),
    };
    const kubeContext = kubeContextOf(config);
    if (options.applied !== true) {
      const { timezone } = config.schedule;
      const actions = await readActions(reader, { ...request, thresholds, timezone, kubeContext });
      printActions(actions, options.output as OutputFormat, pricing.currency, io);
      return;
    }
    const { prometheusLiveSource } = await import('../../serve/series/liveSource.ts');
    const live = prometheusLiveSource(
      () => config,
      () => sourcesOfHistory(config),
      (problem) => context.log.warn(problem),
    );
    const unknown = async () => ({ cpu: null, ram: null });
    const pressure = options.offline === true ? unknown : live.pressure;
    const proven = await readApplied(reader, { ...request, pressure });
    if (output === 'patch') {
      const reverse = proven.flatMap((one) => one.reverse ?? []);
      io.out(renderPatches(reverse, { currency: pricing.currency, kubeContext }));
      return;
    }
    const empty = 'No recommendation of the last four weeks was applied.';
    printRows(io, proven, output, { columns: PROVEN_COLUMNS, toJson: provenJson, empty });
  });
}

const ACTION_COLUMNS: readonly Column<SavingsAction>[] = [
  { title: 'WHAT', value: ({ kind }) => kind },
  { title: 'NAMESPACE', value: ({ namespace }) => namespace ?? '', maxWidth: 30 },
  { title: 'OF', value: ({ subject }) => subject, maxWidth: 60 },
  {
    title: 'SAVES/MONTH',
    value: ({ savingPerMonth }) => formatAmount(savingPerMonth),
    align: 'right',
  },
  { title: 'WHY', value: ({ why }) => why },
];

const COMMANDS: Column<SavingsAction> = {
  title: 'COMMANDS',
  value: ({ commands }) => commands.join('\n'),
};

/** In a table the commands stand below: they are copied whole. */
function printActions(
  actions: readonly SavingsAction[],
  output: OutputFormat,
  currency: string,
  io: Io,
): void {
  const columns = output === 'csv' ? [...ACTION_COLUMNS, COMMANDS] : ACTION_COLUMNS;
  printRows(io, actions, output, { columns, empty: 'Nothing more to save.' });
  if (output !== 'table' || actions.length === 0) return;
  io.out(
    `\n${actions.map(({ commands, subject }) => `# ${subject}\n${commands.join('\n')}`).join('\n')}\n`,
  );
  const sum = actions.reduce((total, { savingPerMonth }) => total + savingPerMonth, 0);
  io.err(`${formatMoney(sum, currency)} a month in all; Burnwatch runs none of these commands.\n`);
}
