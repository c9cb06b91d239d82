import { printable } from '../../model/text/escape.ts';
import type { OnlineResult, OnlineCheck } from './onlineResult.ts';
import { checkOidc, checkTokenReview } from './accessCheck.ts';
import { checkPostgres } from './historyCheck.ts';
import { checkEmail, checkTeams } from './mailCheck.ts';
import { checkPrometheus } from './prometheusCheck.ts';
import { checkSlack } from './slackCheck.ts';
import { checkWorkloads } from './workloadsCheck.ts';

/** What `check-config --online` asks, in the order in which a cycle needs it. */
export const ONLINE_CHECKS: ReadonlyMap<string, OnlineCheck> = new Map([
  ['Prometheus', checkPrometheus],
  ['Workloads', checkWorkloads],
  ['PostgreSQL', checkPostgres],
  ['Slack', checkSlack],
  ['Teams', checkTeams],
  ['E-mail', checkEmail],
  ['OpenID Connect', checkOidc],
  ['Token review', checkTokenReview],
]);

const MARKS = { ok: 'ok     ', warning: 'lacking', failed: 'FAILED ' } as const;

/** A server's results as lines; its response is an attacker's text, if the server is. */
export function renderResults(name: string, results: readonly OnlineResult[]): string {
  return results
    .map(({ level, text }) => `${name}  ${MARKS[level]}  ${printable(text)}\n`)
    .join('');
}
