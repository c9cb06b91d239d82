import type { Config } from '../../daemon/config/schema.ts';
import type { TimeMs } from '../../model/time.ts';

/** One thing that a server was asked: all right, something is lost, or it cannot be worked with. */
export interface OnlineResult {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

/** Asks one server whether it can be worked with; null where the configuration does not use it. */
export type OnlineCheck = (
  config: Config,
  now: TimeMs,
  signal: AbortSignal,
) => Promise<readonly OnlineResult[] | null>;
