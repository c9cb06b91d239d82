import type { Terminal } from '../model/text/table.ts';
import { nearNames } from '../model/text/nearNames.ts';
import { printable } from '../model/text/escape.ts';
import type { TimeMs } from '../model/time.ts';

/** What a command may touch of the world; tests give their own. */
export interface Io {
  /** Data: what the command was asked for. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** True when stderr is a terminal, so that progress may redraw its line. */
  readonly isTerminal: boolean;
  /** The terminal that stdout is; absent or null where data goes into a file or a pipe. */
  readonly terminal?: Terminal | null;
  /** Asks a person, with an answer to offer; absent without a terminal. */
  readonly ask?: (question: string, offered: string) => Promise<string>;
  now(): TimeMs;
  /** Who acts, for decisions that are recorded. */
  readonly user: string;
}

/** The command was called wrongly; the message names the cure. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what was asked; its message is all there is to say. Exit code 1. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** That nothing bears a name, with those that may have been meant. */
export function unknownNameText(what: string, name: string, known: readonly string[]): string {
  const near = known.length === 0 ? ' (there is none at all)' : nearNames(name, known);
  return `there is no ${what} ${printable(name)}${near}`;
}

/** The same as an error. */
export function unknownName(what: string, name: string, known: readonly string[]): CommandFailed {
  return new CommandFailed(unknownNameText(what, name, known));
}
