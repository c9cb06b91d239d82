import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/configError.ts';
import { COMMANDS, type Register } from './commands/index.ts';
import type { Io } from './io.ts';
import { placeConfig } from './placeConfig.ts';
import { UsageError } from './usageError.ts';
import { VERSION } from './version.ts';

/** Exit codes of every command. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const CONFIG_HELP = `
Every command but demo takes --config FILE, before its name or after it (default: burnwatch.yaml).`;

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
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(try burnwatch --help)')
    .addHelpText('after', CONFIG_HELP)
    .exitOverride();
  for (const load of loadersFor(args)) (await load())(program, io);
  // Subcommands take over the settings only if they are copied after they were added.
  copySettings(program);
  return program;
}

/** Only the command that is called; all of them for help, and to say which one was meant. */
function loadersFor(args: readonly string[]): readonly (() => Promise<Register>)[] {
  const [name = ''] = args;
  const one = COMMANDS.get(name);
  return one === undefined ? [...COMMANDS.values()] : [one];
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

function prefix(message: string): string {
  return message
    .split('\n')
    .map((line) => `burnwatch: ${line}`)
    .join('\n');
}
