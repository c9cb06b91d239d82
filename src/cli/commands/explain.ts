import type { Command } from 'commander';
import { CannotExplain, explainAbuse, type ExplainQuery } from '../../cycle/explainAbuse.ts';
import { formatTime } from '../../model/time.ts';
import { renderExplanation, renderExplanationCsv } from '../explainView.ts';
import { parsePast } from '../times.ts';
import { jsonText, type OutputFormat } from '../../model/text/table.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import { presentSnapshot } from '../presentCluster.ts';
import { loadContext, withHistory, withOutput, type ConfigOption } from '../options.ts';

interface ExplainOptions extends ConfigOption {
  readonly at?: string;
  readonly offline?: boolean;
  readonly output: OutputFormat;
}

export default function register(command: Command, io: Io): void {
  command
    .argument('<workload>', 'NAMESPACE/NAME, or NAMESPACE/KIND/NAME')
    .option('--at <time>', 'as it was then: RFC 3339, a date, or how long ago (default: now)')
    .option('--offline', 'from the history alone, without asking the cluster for specs')
    .action((workload: string, options: ExplainOptions) => explain(workload, options, io));
  withOutput(command);
}

async function explain(text: string, options: ExplainOptions, io: Io): Promise<void> {
  const context = loadContext(options, io);
  const { loaded } = context;
  const at = options.at === undefined ? io.now() : parsePast(options.at, io.now(), '--at');
  const query = { ...parseWorkload(text), at };
  const { namespace } = query;
  const explanation = await withHistory(loaded.config, async (reader) => {
    const present = options.offline === true ? null : await presentSnapshot(context, io.now());
    try {
      return await explainAbuse(reader, loaded, query, present);
    } catch (error) {
      if (error instanceof CannotExplain) throw new CommandFailed(error.message);
      throw error;
    }
  });
  if (options.output === 'table') io.out(renderExplanation(namespace, explanation, io.terminal));
  else if (options.output === 'csv') io.out(renderExplanationCsv(namespace, explanation));
  else io.out(jsonText(toJson(namespace, explanation)));
}

/** @throws UsageError unless it is NAMESPACE/NAME or NAMESPACE/KIND/NAME. */
function parseWorkload(text: string): Omit<ExplainQuery, 'at'> {
  const parts = text.split('/');
  const [namespace = '', second = '', third] = parts;
  if (parts.length < 2 || parts.length > 3 || parts.includes(''))
    throw new UsageError(`"${text}" is not NAMESPACE/NAME or NAMESPACE/KIND/NAME`);
  return third === undefined
    ? { namespace, kind: null, name: second }
    : { namespace, kind: second, name: third };
}

function toJson(
  namespace: string,
  { window, historyStart, workloads, unknown }: Awaited<ReturnType<typeof explainAbuse>>,
): object {
  return {
    namespace,
    window: { start: formatTime(window.start), end: formatTime(window.end) },
    historyStart: formatTime(historyStart),
    workloads: workloads.map(({ workload, subjects }) => ({
      workload,
      subjects: subjects.map(({ suspiciousSince, ...subject }) => ({
        ...subject,
        suspiciousSince: suspiciousSince === null ? null : formatTime(suspiciousSince),
      })),
    })),
    unknown,
  };
}
