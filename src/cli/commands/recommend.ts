import type { Command } from 'commander';
import type { HistoryReader } from '../../store/history.ts';
import { workloadPatches } from '../../detect/rightsize/advice/patch.ts';
import { isWorthSaying, readAdvice } from '../../detect/rightsize/advice/readAdvice.ts';
import { renderAdvice } from '../../detect/rightsize/advice/renderAdvice.ts';
import { renderPullRequests } from '../../detect/rightsize/advice/renderPullRequest.ts';
import { renderPatches } from '../../detect/rightsize/advice/renderPatches.ts';
import { abuseMarks, type AbuseMark } from '../../detect/findings/suspectedWorkloads.ts';
import { isSure } from '../../detect/rightsize/advice/confidence.ts';
import { kubeContextOf } from '../../notify/config.ts';
import { plural } from '../../model/text/units.ts';
import { UsageError, type Io } from '../io.ts';
import { presentObjects, type OfflineOption } from '../presentCluster.ts';
import {
  loadContext,
  namespacesOf,
  withHistory,
  withNamespace,
  withOutput,
  type ConfigOption,
} from '../options.ts';

interface RecommendOptions extends ConfigOption, OfflineOption {
  readonly namespace?: string;
  readonly days: string;
  readonly minSaving: string;
  readonly all?: boolean;
  readonly output: 'table' | 'json' | 'csv' | 'patch' | 'pull-request';
}

export default function register(command: Command, io: Io): void {
  withNamespace(command)
    .option('--days <n>', 'UTC days to look back on', '14')
    .option('--min-saving <money>', 'leave out what saves less a month (needs stay)', '0')
    .option('--all', 'also what fits, and what has too little data')
    .option('--offline', 'from the history alone, without asking the cluster')
    .action((options: RecommendOptions) => printRecommendations(options, io));
  withOutput(
    command,
    ['table', 'json', 'csv', 'patch', 'pull-request'],
    'how to print; pull-request: a description with patches for Kustomize or values for Helm',
  );
}

async function printRecommendations(options: RecommendOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { config, thresholds } = context.loaded;
  const days = positive(options.days, '--days');
  const minSaving = positive(options.minSaving, '--min-saving', 0);
  await withHistory(config, async (reader) => {
    const namespaces = await namespacesOf(reader, options);
    const report = await readAdvice(reader, {
      days,
      namespaces,
      rule: thresholds.overprovisioned,
      abuse: await openAbuseMarks(reader),
      present: await presentObjects(reader, options, context, io),
    });
    const advices = report.advices.filter(
      (advice) => options.all === true || isWorthSaying(advice, minSaving),
    );
    const unsure = report.advices.filter(({ behind }) => !isSure(behind)).length;
    if (unsure > 0)
      context.log.warn(
        `Confidence is very low for ${unsure} of ${plural(report.advices.length, 'container')}: under ${thresholds.overprovisioned.minDays} days of data, or too many gaps`,
      );
    const withheld = report.advices.filter((advice) => advice.withheld !== null).length;
    if (withheld > 0)
      context.log.warn(
        `No advice for ${plural(withheld, 'container')} suspected of mining (burnwatch findings)`,
      );
    const { currency } = config.pricing;
    if (options.output === 'patch') {
      const kubeContext = kubeContextOf(config);
      io.out(renderPatches(workloadPatches(advices), { currency, kubeContext }));
    } else if (options.output === 'pull-request') io.out(renderPullRequests(advices, currency));
    else io.out(renderAdvice({ ...report, advices }, currency, options.output, io.terminal));
  });
}

/** Workloads whose use is, or may be, a miner's. */
export async function openAbuseMarks(
  reader: HistoryReader,
): Promise<ReadonlyMap<string, AbuseMark>> {
  const all = { since: null, namespaces: null };
  return abuseMarks(await reader.findings({ state: 'open', kind: 'cryptojacking', ...all }));
}

function positive(text: string, option: string, least = 1): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new UsageError(`${option}: "${text}" is not a number of at least ${least}`);
}
