import { Option, type Command } from 'commander';
import { loadConfig, type LoadedConfig } from '../daemon/config/load.ts';
import { PresentCluster } from '../cycle/presentCluster.ts';
import { createRedactor } from '../config/secrets.ts';
import type { Logger } from 'pino';
import { createLogger } from '../daemon/logger.ts';
import type { Io } from './io.ts';

export interface ConfigOption {
  readonly config?: string;
}

/** Every command takes `--config FILE`. */
export function withConfig(command: Command): Command {
  return command.option('--config <file>', 'the configuration (default: burnwatch.yaml)');
}

/** Commands that print data take `-o table|json|csv`. */
export function withOutput(command: Command, formats = ['table', 'json', 'csv']): Command {
  const option = new Option('-o, --output <format>', 'how to print').choices(formats);
  return command.addOption(option.default('table'));
}

/** A configuration, and a log on stderr that its secrets do not pass. */
export interface CommandContext {
  readonly loaded: LoadedConfig;
  readonly log: Logger;
}

/** The cluster as its sources show it now; what they could not tell goes into the log. */
export function presentCluster(
  { loaded, log }: CommandContext,
  { now }: Pick<Io, 'now'>,
): PresentCluster {
  return new PresentCluster({ config: loaded.config, now, warn: (problem) => log.warn(problem) });
}

/** Loads the configuration of a command. @throws ConfigError */
export function loadContext(options: ConfigOption, io: Io): CommandContext {
  const loaded = loadConfig(options.config);
  const redact = createRedactor(loaded.secrets);
  const log = createLogger({
    json: false,
    level: 'info',
    write: (text) => io.err(text),
    redact,
  });
  return { loaded, log };
}
