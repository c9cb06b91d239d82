import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { workloadsPart, type WorkloadsConfig } from '../../collect/config.ts';
import { httpUrl } from '../../config/values.ts';
import { DEFAULT_CONFIG_FILE, loadConfig } from '../../daemon/config/load.ts';
import { printable } from '../../model/text/escape.ts';
import { configText } from '../init/configText.ts';
import { detectPrometheus, whyNoAnswer } from '../init/detectPrometheus.ts';
import { CommandFailed, UsageError, type Io } from '../io.ts';
import type { ConfigOption } from '../options.ts';

interface InitOptions extends ConfigOption {
  readonly prometheus?: string;
  readonly cluster?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export default function register(command: Command, io: Io): void {
  command
    .option(
      '--prometheus <url>',
      'its address (default: PROMETHEUS_URL, else a Service of the cluster)',
    )
    .option('--cluster <name>', 'the name of the cluster, written on every row')
    .option('--kubeconfig <file>', 'the cluster to look into, and to read workloads from')
    .option('--context <name>', 'its context')
    .action((options: InitOptions) => init(options, io));
}

async function init(options: InitOptions, io: Io): Promise<void> {
  const file = options.config ?? DEFAULT_CONFIG_FILE;
  // Before any question: the answers would be lost.
  if (existsSync(file)) throw alreadyThere(file);
  const workloads = workloadsPart.schema.parse({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const prometheus = await choosePrometheus(options, workloads, io);
  const name = options.cluster ?? options.context ?? 'default';
  const cluster =
    options.cluster === undefined && io.ask !== undefined
      ? await io.ask('Name of the cluster, written on every row', name)
      : name;
  if (cluster.trim() === '') throw new UsageError('--cluster: a name is needed, such as prod-eu');
  write(
    file,
    configText({
      cluster,
      prometheus,
      kubeconfig: options.kubeconfig ?? null,
      context: options.context ?? null,
    }),
  );
  io.out(`${file}: written, cluster ${printable(cluster)}, Prometheus at ${prometheus}\n`);
  const problem = await whyNoAnswer(prometheus);
  if (problem !== null)
    io.err(
      `${prometheus} does not answer from here (${printable(problem)}): it may from where Burnwatch runs\n`,
    );
  io.err(`Next: burnwatch check-config --online --config ${file}, then burnwatch run\n`);
}

async function choosePrometheus(
  options: InitOptions,
  workloads: WorkloadsConfig,
  io: Io,
): Promise<string> {
  if (options.prometheus !== undefined) return requireUrl(options.prometheus, '--prometheus');
  const found = await detectPrometheus(workloads, process.env, (text) => io.err(`${text}\n`));
  for (const { url, from } of found) io.err(`found ${printable(url)} (${printable(from)})\n`);
  const [best] = found;
  if (io.ask !== undefined)
    return requireUrl(await io.ask('Address of Prometheus', best?.url ?? ''), 'Prometheus');
  if (best !== undefined) return requireUrl(best.url, best.from);
  throw new UsageError(
    'no Prometheus was found: name it with --prometheus URL (or PROMETHEUS_URL), or the cluster to look into with --kubeconfig FILE',
  );
}

function requireUrl(text: string, option: string): string {
  const result = httpUrl.safeParse(text);
  if (result.success) return text;
  throw new UsageError(`${option}: "${printable(text)}" ${result.error.issues[0]?.message ?? ''}`);
}

/** Writes a new file, which the program itself accepts; never over another. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? alreadyThere(file) : new CommandFailed(message);
  }
  try {
    loadConfig(file);
  } catch (error) {
    rmSync(file);
    throw error;
  }
}

function alreadyThere(file: string): UsageError {
  return new UsageError(
    `${file} is there already and stays as it is: remove it first, or name another with --config FILE`,
  );
}
