import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/configError.ts';
import { COMMANDS } from './commands/index.ts';
import { UsageError, type Io } from './io.ts';
import { VERSION } from '../daemon/version.ts';

/** Exit codes of every command. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const CONFIG_HELP = `
Every command but demo and completion takes --config FILE, before its name or after it (default: burnwatch.yaml).
Where that has several clusters, --cluster NAME chooses one of them.`;

/**
 * Runs one command line and returns its exit code: 0 done, 1 failed, 2 bad usage or configuration.
 * Data goes to stdout, everything else to stderr.
 */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    const placed = placeConfig(args);
    const program = await createProgram(placed, io);
    await program.parseAsync(placed, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return report(error, io);
  }
}

async function createProgram(args: readonly string[], io: Io): Promise<Command> {
  const program = new Command('burnwatch')
    .description('Kubernetes cost and resource-abuse monitor')
    .version(VERSION, '-V, --version', 'print the version')
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(`${prefix(oneLine(text))}\n`),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(try burnwatch --help)')
    .addHelpText('after', CONFIG_HELP)
    .exitOverride();
  const called = args[0] === 'help' ? args[1] : args[0];
  for (const [name, [description, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    if (name === called || called === NEEDS_ALL) (await load()).default(command, io);
    if (!WITHOUT_CONFIG.includes(name)) addConfigOption(command);
  }
  // Subcommands take over the settings only if they are copied after they were added.
  copySettings(program);
  return program;
}

/** They are about the whole configuration; `init` names the cluster that it writes. */
const OF_ALL_CLUSTERS = ['init', 'run', 'check-config'];
/** The demo makes its own configuration. */
const WITHOUT_CONFIG = ['demo', 'completion'];
/** It completes every command. */
const NEEDS_ALL = 'completion';

/** A command that has subcommands leaves the option to them. */
function addConfigOption(command: Command): void {
  if (command.commands.length === 0) {
    command.option('--config <file>', 'the configuration (default: burnwatch.yaml)');
    if (!OF_ALL_CLUSTERS.includes(command.name()))
      command.option('--cluster <name>', 'one of the configuration’s clusters');
  }
  for (const each of command.commands) addConfigOption(each);
}

function copySettings(parent: Command, path = parent.name()): void {
  for (const command of parent.commands) {
    const own = `${path} ${command.name()}`;
    command.copyInheritedSettings(parent).showHelpAfterError(`(try ${own} --help)`);
    copySettings(command, own);
  }
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are no mistakes.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof ConfigError || error instanceof UsageError) {
    io.err(`${prefix(error.message)}\n`);
    return EXIT.usage;
  }
  io.err(`${prefix(error instanceof Error ? error.message : String(error))}\n`);
  if (process.env['BURNWATCH_DEBUG'] !== undefined && error instanceof Error)
    io.err(`${error.stack ?? ''}\n`);
  return EXIT.failed;
}

/** Commander's `error: unknown option '--windov'\n(Did you mean --window?)`, as other errors are said. */
function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replace('\n(Did you mean', ' (did you mean');
}

function prefix(message: string): string {
  return message
    .split('\n')
    .map((line) => `burnwatch: ${line}`)
    .join('\n');
}

/**
 * `--config FILE` may stand anywhere: before the command, between `findings` and `show`, at the end. Whichever
 * command is meant takes it, so it is put where that command looks. Without any command it means nothing.
 */
export function placeConfig(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const operands = end < 0 ? [] : args.slice(end);
  const config: string[] = [];
  const others: string[] = [];
  for (let index = 0; index < options.length; index += 1) {
    const arg = options[index] ?? '';
    if (arg === '--config') {
      config.push(...options.slice(index, index + 2));
      index += 1;
    } else if (arg.startsWith('--config=')) config.push(arg);
    else others.push(arg);
  }
  if (others.length === 0) return operands;
  return [...others, ...config, ...operands];
}
