import { loadConfigs } from '../daemon/config/load.ts';
import { createRedactor } from '../config/secrets.ts';
import type { loadCycleThread } from '../daemon/cycleThread.ts';
import { startDaemon, type Daemon } from '../daemon/daemon.ts';
import { createLogger } from '../daemon/logger.ts';
import { LogSink } from '../daemon/logSink.ts';
import { watchConfig } from '../daemon/watchConfig.ts';
import { SECOND_MS } from '../model/time.ts';
import { CommandFailed, type Io } from './io.ts';
import { VERSION } from '../daemon/version.ts';
import type { ConfigOption } from './options.ts';

/** SIGTERM ends the daemon within ten seconds, whatever hangs. */
const LAST_RESORT_MS = 9 * SECOND_MS;

export interface RunOptions extends ConfigOption {
  readonly logFormat?: string;
  readonly reloadOnChange?: boolean;
}

/** Runs the daemon until a signal or a failure ends it. */
export async function runDaemon(
  options: RunOptions,
  io: Io,
  loadThread: typeof loadCycleThread,
): Promise<void> {
  const loaded = loadConfigs(options.config);
  const secretsOf = (all: typeof loaded) => all.flatMap(({ secrets }) => secrets);
  let redact = createRedactor(secretsOf(loaded));
  const printed = new LogSink(process.stdout);
  const logged = new LogSink(process.stderr, (lines) => log.warn({ lines }, 'Log lines dropped'));
  const log = createLogger({
    json: options.logFormat === undefined ? !io.isTerminal : options.logFormat === 'json',
    level: process.env['BURNWATCH_LOG_LEVEL'] ?? 'info',
    write: (text) => logged.write(text),
    redact: (text) => redact(text),
  });
  const asked = stopSignal();
  const started = Promise.withResolvers<Daemon>();
  // One that comes during the start is taken up after it: by default it would end the process.
  const onHangup = (): void => void started.promise.then(reload);
  process.on('SIGHUP', onHangup);
  const daemon = await startDaemon({
    loaded,
    version: VERSION,
    log,
    loadAgain: () => loadConfigs(options.config),
    onConfig: (all) => {
      redact = createRedactor(secretsOf(all));
    },
    print: (text) => printed.write(redact(text)),
    droppedLogLines: () => logged.dropped,
    loadThread,
  });
  started.resolve(daemon);
  const stopWatching =
    options.reloadOnChange === true
      ? watchConfig(() => loadConfigs(options.config), onHangup)
      : undefined;
  try {
    const why = await Promise.race([asked, daemon.failed]);
    if (typeof why === 'string') log.info({ signal: why }, 'ending');
    else log.error({ err: why }, 'The daemon cannot go on');
    stopWatching?.();
    const timer = setTimeout(() => {
      log.error('something did not end in time: the process ends without it');
      process.exit(1);
    }, LAST_RESORT_MS);
    await daemon.stop();
    clearTimeout(timer);
    log.info('ended');
    // Texts that are not read would keep the process alive.
    const isTaken = await Promise.all([printed.drained(), logged.drained()]);
    if (isTaken.includes(false)) process.exit(typeof why === 'string' ? 0 : 1);
    if (typeof why !== 'string') throw new CommandFailed(why.message);
  } finally {
    process.off('SIGHUP', onHangup);
  }
}

/** The reason of a reload that failed is in the log. */
function reload(daemon: Daemon): void {
  daemon.reload().catch(() => undefined);
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    const onSignal = (signal: string): void => {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
      resolve(signal);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
