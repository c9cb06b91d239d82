import { readFileSync } from 'node:fs';
import type { TimeMs } from '../model/time.ts';

/** What a command may touch of the world; tests give their own. */
export interface Io {
  /** Data: what the command was asked for. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** True when stderr is a terminal, so that progress may redraw its line. */
  readonly isTerminal: boolean;
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

const PACKAGE = new URL('../../package.json', import.meta.url);

/** The version in package.json. */
export const VERSION: string = (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string })
  .version;
