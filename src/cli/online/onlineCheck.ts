import { printable } from '../../text/escape.ts';
import type { Config } from '../../config/schema.ts';
import type { TimeMs } from '../../model/time.ts';
import { checkPrometheus } from './prometheusCheck.ts';
import { checkSlack } from './slackCheck.ts';
import { checkWorkloads } from './workloadsCheck.ts';

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

/** What `check-config --online` asks, in the order in which a cycle needs it. */
export const ONLINE_CHECKS: ReadonlyMap<string, OnlineCheck> = new Map([
  ['Prometheus', checkPrometheus],
  ['Workloads', checkWorkloads],
  ['Slack', checkSlack],
]);

const MARKS = { ok: 'ok     ', warning: 'lacking', failed: 'FAILED ' } as const;

/** A server's results as lines; what it said is an attacker's text, if the server is. */
export function renderResults(name: string, results: readonly OnlineResult[]): string {
  return results
    .map(({ level, text }) => `${name}  ${MARKS[level]}  ${printable(text)}\n`)
    .join('');
}
