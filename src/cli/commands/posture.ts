import { Option, type Command } from 'commander';
import { openHistoryReader } from '../../history/openHistory.ts';
import { HistoryError } from '../../history/history.ts';
import { DAY_MS } from '../../model/time.ts';
import { evaluatePosture } from '../../posture/evaluate.ts';
import { renderFix } from '../../posture/fix/renderFix.ts';
import { namespaceUse } from '../../posture/namespaceUse.ts';
import { renderPosture } from '../../posture/renderPosture.ts';
import type { ContainerHistory } from '../../rightsize/containerDay.ts';
import type { Io } from '../io.ts';
import { loadContext, withConfig, type CommandContext, type ConfigOption } from '../options.ts';
import { presentPosture } from '../presentPosture.ts';
import { CommandFailed, UsageError } from '../usageError.ts';

interface PostureOptions extends ConfigOption {
  readonly namespace?: string;
  readonly fix?: string;
  readonly output: 'table' | 'json' | 'csv';
}

/** Days of history that quotas are sized by. */
const DAYS = 28;

export function registerPosture(program: Command, io: Io): void {
  const command = program
    .command('posture')
    .description('requests, limits, quota and privilege checks with a score')
    .option('-n, --namespace <name>', 'only this namespace, with every failure')
    .option(
      '--fix <namespace>',
      'print a LimitRange, a ResourceQuota and an admission policy for it, sized from history',
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .action((options: PostureOptions) => printPosture(options, io));
  withConfig(command);
}

async function printPosture(options: PostureOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const histories = await recentUse(context);
  if (options.fix !== undefined) {
    requireNamespaceName(options.fix);
    io.out(renderFix(options.fix, histories ?? []));
    return;
  }
  const use = histories === null ? null : namespaceUse(histories);
  const input = await presentPosture(context, io, use);
  if (input === null)
    throw new CommandFailed('neither Prometheus, Kubernetes nor a file tells of pods');
  const all = evaluatePosture(input, context.loaded.thresholds.posture);
  const { namespace } = options;
  const shown = namespace === undefined ? all : all.filter((one) => one.namespace === namespace);
  if (namespace !== undefined && shown.length === 0)
    throw new CommandFailed(`there is no namespace ${namespace}`);
  io.out(renderPosture(shown, options.output, namespace !== undefined));
}

/** What containers used lately; null without a history. */
async function recentUse({ loaded }: CommandContext): Promise<readonly ContainerHistory[] | null> {
  try {
    const reader = await openHistoryReader(loaded.config.history.path);
    try {
      const { watermark } = await reader.status();
      if (watermark === null) return null;
      const from = watermark - DAYS * DAY_MS;
      return await reader.containerDays({ from, to: watermark, namespaces: null });
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (error instanceof HistoryError && error.code === 'missing') return null;
    throw error;
  }
}

function requireNamespaceName(name: string): void {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new UsageError(`--fix: "${name}" is not a namespace's name`);
}
