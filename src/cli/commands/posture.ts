import { Option, type Command } from 'commander';
import { HistoryError } from '../../store/history.ts';
import { DAY_MS, formatTime } from '../../model/time.ts';
import { readCluster } from '../../detect/keptCluster.ts';
import { evaluatePosture } from '../../detect/posture/evaluate.ts';
import { renderFix } from '../../detect/posture/fix/renderFix.ts';
import { namespaceUse } from '../../detect/posture/namespaceUse.ts';
import { readPosturePast, type PosturePast } from '../../detect/posture/readTrend.ts';
import { placeOwners } from '../../detect/posture/placeOwners.ts';
import { renderPosture, unknownScopes } from '../../detect/posture/renderPosture.ts';
import { SCOPES, type PostureScope } from '../../detect/posture/check.ts';
import { SYSTEM_NAMESPACES } from '../../detect/posture/checks/namespaces.ts';
import type { ContainerHistory } from '../../store/containerDays/containerDay.ts';
import type { PostureInput } from '../../detect/posture/postureInput.ts';
import { CommandFailed, unknownName, UsageError, type Io } from '../io.ts';
import { presentPosture, specifiedPosture } from '../presentCluster.ts';
import {
  loadContext,
  withHistory,
  withOutput,
  type CommandContext,
  type ConfigOption,
} from '../options.ts';

interface PostureOptions extends ConfigOption {
  readonly namespace?: string;
  /** True: of every namespace, or of `--namespace`. */
  readonly fix?: string | true;
  readonly scope: PostureScope | 'all';
  readonly output: 'table' | 'json' | 'csv';
}

/** Days of history that quotas are sized by. */
const DAYS = 28;

export default function register(command: Command, io: Io): void {
  command
    .option('-n, --namespace <name>', 'only this namespace, with every failure')
    .addOption(
      new Option('--scope <scope>', 'what to look at').choices([...SCOPES, 'all']).default('all'),
    )
    .option(
      '--fix [namespace]',
      'print what would mend it: quota and defaults sized from history, Pod Security labels, NetworkPolicies',
    )
    .action((options: PostureOptions) => printPosture(options, io));
  withOutput(command);
}

async function printPosture(options: PostureOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  if (options.fix !== undefined) return printFix(options, context, io);
  const past = await readPast(context, null);
  const use = past === null ? null : namespaceUse(past.histories);
  const input = await postureNow(context, io, use, past !== null);
  if (input === null)
    throw new CommandFailed('neither Prometheus, Kubernetes nor a file lists pods');
  const scopes = options.scope === 'all' ? SCOPES : [options.scope];
  const policy = { ...context.loaded.thresholds.posture, scopes };
  const all = evaluatePosture({ ...input, calls: past?.calls ?? null }, policy);
  const { namespace } = options;
  const shown = namespace === undefined ? all : all.filter((one) => one.namespace === namespace);
  if (namespace !== undefined && shown.length === 0)
    throw unknownName('namespace', namespace, input.namespaces);
  // The trend is that of all scopes together.
  const trends = (options.scope === 'all' ? past?.trends : null) ?? new Map();
  const owners = placeOwners(input, context.loaded.config.owners);
  // What the whole cluster has of access and network is a list; of workloads it is one a namespace.
  const isDetailed = namespace !== undefined || (scopes.length === 1 && scopes[0] !== 'workloads');
  io.out(renderPosture(shown, trends, options.output, isDetailed, io.terminal, owners));
  if (options.output !== 'table') return;
  for (const text of unknownScopes(shown)) io.err(`${text}\n`);
  if (
    shown.some(
      ({ grade, checks }) => grade === null && checks.some(({ results }) => results.length > 0),
    )
  )
    io.err(
      `Grade ?: under ${Math.round(100 * policy.minKnown)}% of what the score weighs could be evaluated (-n NAMESPACE says what is missing)\n`,
    );
}

/** Prints manifests for one namespace, or for each that is not Kubernetes’ own. */
async function printFix(
  { fix, namespace = typeof fix === 'string' ? fix : undefined }: PostureOptions,
  context: CommandContext,
  io: Io,
): Promise<void> {
  if (typeof fix === 'string' && fix !== namespace)
    throw new UsageError(`--fix ${fix} and --namespace ${namespace} are two namespaces`);
  if (namespace !== undefined) requireNamespaceName(namespace);
  const past = await readPast(context, namespace === undefined ? null : [namespace]);
  const input = await specifiedPosture(context, null, io.now());
  const known = [...new Set([...(input?.namespaces ?? []), ...(past?.namespaces ?? [])])].sort();
  if (namespace !== undefined && known.length > 0 && !known.includes(namespace))
    throw unknownName('namespace', namespace, known);
  const wanted = namespace === undefined ? (input?.namespaces ?? known) : [namespace];
  const own = wanted.filter((name) => namespace !== undefined || !SYSTEM_NAMESPACES.has(name));
  if (own.length === 0)
    throw new CommandFailed(
      'no namespace is known: neither a source of specifications nor a history has one',
    );
  const histories = past?.histories ?? [];
  io.out(own.map((name) => renderFix(name, histories, input)).join('---\n'));
}

/** As the cluster is now; where nothing runs now (the data ended), or no source answers, as the history kept it. */
async function postureNow(
  context: CommandContext,
  io: Io,
  use: PostureInput['use'],
  hasHistory: boolean,
): Promise<PostureInput | null> {
  const input = await presentPosture(context, use, io.now());
  if (!hasHistory || (input !== null && input.pods.length > 0)) return input;
  const kept = await withHistory(context.loaded.config, readCluster);
  if (kept === null) return input;
  const why = input === null ? 'No source answers' : 'No pods now';
  io.err(`${why}: this is the posture of ${formatTime(kept.asOf)}, kept where the history ends\n`);
  return { ...kept.posture, use };
}

interface Past extends PosturePast {
  readonly histories: readonly ContainerHistory[];
  /** All that there ever were. */
  readonly namespaces: readonly string[];
}

/** What containers used lately, and how scores went; null without a history. */
async function readPast(
  { loaded }: CommandContext,
  namespaces: readonly string[] | null,
): Promise<Past | null> {
  try {
    return await withHistory(loaded.config, async (reader) => {
      const { watermark } = await reader.status();
      if (watermark === null) return null;
      const from = watermark - DAYS * DAY_MS;
      const histories = await reader.containerDays({ from, to: watermark, namespaces });
      const known = await reader.namespaces();
      return { histories, namespaces: known, ...(await readPosturePast(reader)) };
    });
  } catch (error) {
    if (error instanceof HistoryError && error.code === 'missing') return null;
    throw error;
  }
}

function requireNamespaceName(name: string): void {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new UsageError(`"${name}" is not a namespace's name`);
}
