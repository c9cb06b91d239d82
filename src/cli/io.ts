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
