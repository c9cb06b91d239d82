import type { Config } from '../daemon/config/schema.ts';
import type { Actor } from '../detect/findings/decideFinding.ts';
import { openAuditLog, openHistoryReader, openOperatorLog } from '../engines/openHistory.ts';
import type { AuditLog } from '../store/auditLog.ts';
import type { OperatorLog } from '../store/findingLog.ts';
import { HistoryError, type HistoryReader } from '../store/history.ts';
import { knownSources, type KnownSources } from '../model/snapshot.ts';

import { Option, type Command } from 'commander';
import { loadConfig, loadConfigs, type LoadedConfig } from '../daemon/config/load.ts';
import { createRedactor } from '../config/secrets.ts';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createLogger } from '../daemon/logger.ts';
import { unknownName, UsageError, type Io } from './io.ts';

export interface ConfigOption {
  readonly config?: string;
  readonly cluster?: string;
}

/** Commands that print data take `-o table|json|csv`, or other formats, of which the first is the default. */
export function withOutput(
  command: Command,
  formats: readonly string[] = ['table', 'json', 'csv'],
  about = 'how to print',
): Command {
  const option = new Option('-o, --output <format>', about).choices(formats);
  return command.addOption(option.default(formats[0]));
}

/** Commands about namespaced things take `-n NAMESPACE`. */
export function withNamespace(command: Command): Command {
  return command.option('-n, --namespace <name>', 'only this namespace');
}

/** The namespaces to ask a history for; null: all. @throws CommandFailed when it never had the one that was named. */
export async function namespacesOf(
  reader: Pick<HistoryReader, 'namespaces'>,
  { namespace }: { readonly namespace?: string },
): Promise<readonly string[] | null> {
  if (namespace === undefined) return null;
  const known = await reader.namespaces();
  if (known.includes(namespace)) return [namespace];
  throw unknownName('namespace', namespace, known);
}

export interface WatchOption {
  readonly watch?: string | true;
}

const WATCH_SECONDS = 5;

/** Commands whose answer changes take `-w [SECONDS]`: printed again whenever it has changed, until Ctrl-C. */
export function withWatch(command: Command): Command {
  return command.option(
    '-w, --watch [seconds]',
    `print it again whenever it changes, asking every ${WATCH_SECONDS} seconds (or as given)`,
  );
}

/** Prints once, or again and again with `-w`: in place on a terminal, below one another elsewhere. */
export async function watched(
  { watch }: WatchOption,
  io: Io,
  print: (io: Io) => Promise<void>,
): Promise<void> {
  if (watch === undefined) return print(io);
  const seconds = watch === true ? WATCH_SECONDS : Number(watch);
  if (!(seconds >= 1 && seconds <= 3600))
    throw new UsageError(`--watch: "${String(watch)}" is not a number of seconds from 1 to 3600`);
  await interruptible(async (signal) => {
    let shown: string | null = null;
    while (!signal.aborted) {
      let text = '';
      const take = (part: string): void => void (text += part);
      await print({ ...io, out: take, err: take });
      if (text !== shown) io.out(isInPlace(io) ? `\u001B[H\u001B[2J${text}` : text);
      shown = text;
      await setTimeout(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  });
}

function isInPlace({ terminal }: Io): boolean {
  return terminal !== undefined && terminal !== null;
}

/** A configuration, and a log on stderr that its secrets do not pass. */
export interface CommandContext {
  readonly loaded: LoadedConfig;
  readonly log: Logger;
}

/** Which scrape jobs the history knows and an operator accepted; nothing where there is none to read. */
export async function sourcesOfHistory(config: Config): Promise<KnownSources> {
  try {
    return await withHistory(config, async (reader) => knownSources(await reader.status()));
  } catch (error) {
    if (error instanceof HistoryError) return {};
    throw error;
  }
}

/** Loads the configuration of a command. @throws ConfigError */
export function loadContext(options: ConfigOption, io: Io): CommandContext {
  return contextOf(loadConfig(options.config, options.cluster), io);
}

/** The same of every cluster, or of the one that was chosen. @throws ConfigError */
export function loadContexts({ config, cluster }: ConfigOption, io: Io): readonly CommandContext[] {
  const all = cluster === undefined ? loadConfigs(config) : [loadConfig(config, cluster)];
  return all.map((loaded) => contextOf(loaded, io));
}

function contextOf(loaded: LoadedConfig, io: Io): CommandContext {
  const redact = createRedactor(loaded.secrets);
  const log = createLogger({
    json: false,
    level: 'info',
    write: (text) => io.err(text),
    redact,
  });
  return { loaded, log };
}

/** Works with what `open` opens, and closes it whatever happens. */
export async function withOpened<S extends { close(): Promise<void> }, T>(
  open: Promise<S>,
  work: (opened: S) => Promise<T>,
): Promise<T> {
  const opened = await open;
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Reads the configured history, which must be of the configured cluster and currency. @throws HistoryError */
export function withHistory<T>(
  { cluster, pricing, history }: Config,
  work: (reader: HistoryReader) => Promise<T>,
): Promise<T> {
  const expected = { cluster, currency: pricing.currency };
  return withOpened(openHistoryReader(history.path, expected), work);
}

/** The person who runs the command, for what is recorded. */
export function actorOf({ user }: Pick<Io, 'user'>): Actor {
  return { who: user, via: 'cli' };
}

/** Opens what decisions of operators are recorded in. */
export function withDecisions<T>(
  { history }: Config,
  work: (stores: { readonly actions: OperatorLog; readonly audit: AuditLog }) => Promise<T>,
): Promise<T> {
  return withOpened(openOperatorLog(history.path), (actions) =>
    withOpened(openAuditLog(history.path), (audit) => work({ actions, audit })),
  );
}

/** Sends the messages about what was just recorded; what cannot be sent now waits for the daemon. */
export async function notifyNow({ loaded, log }: CommandContext, now: number): Promise<void> {
  const { composeNotifier } = await import('../daemon/composeNotifier.ts');
  const { notifier, close } = await composeNotifier(loaded, log);
  try {
    await notifier.plan(now);
    await notifier.deliver(AbortSignal.timeout(30_000));
  } finally {
    await close();
  }
}

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM) aborts, so that it can end cleanly. A second
 * Ctrl-C ends the process at once: the history is safe against that too.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}
