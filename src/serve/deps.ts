import type { Config } from '../config/schema.ts';
import type { HistoryReader } from '../history/history.ts';
import type { TimeMs } from '../model/time.ts';
import type { Authenticator } from './security/authenticator.ts';

/** What the server is given; it makes none of it itself. */
export interface ServeDeps {
  /** The configuration in force: a reload changes what this returns. */
  config(): Config;
  /** The server's own read-only connection. */
  readonly reader: HistoryReader;
  /** Tried in turn; empty when no token is configured. */
  readonly authenticators: readonly Authenticator[];
  now(): TimeMs;
  /** Reloads the configuration; rejects with a clear message when the new one is bad. */
  reload(): Promise<void>;
}
