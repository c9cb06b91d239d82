import type { PostureScope } from '../../detect/posture/check.ts';
import type { ListTrend } from '../../detect/posture/listTrends.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import { WEEK_MS } from '../../model/time.ts';
import type { NamespacePostureData } from '../questions/answerPosture.ts';
import { trendLine } from './chart/trendLine.ts';
import type { LocalClock } from './clock.ts';
import { card, html, note, posturePath, table, type Html, type HtmlColumn } from './html.ts';

export const SCOPE_NAMES: Readonly<Record<PostureScope, string>> = {
  workloads: 'Workloads',
  rbac: 'Access',
  network: 'Network',
  cluster: 'Defaults',
};

/** How long each list of failures is, and how that went. */
export function listTable(lists: readonly ListTrend[]): Html | false {
  if (lists.length === 0) return false;
  return card(
    'Lists',
    table('Failures by list', lists, [
      { title: 'List', cell: ({ scope }) => SCOPE_NAMES[scope] },
      { title: 'Failed', isNumber: true, cell: ({ failed }) => failed },
      { title: 'A week before', isNumber: true, cell: ({ before }) => before ?? 'not known' },
      {
        title: 'Trend',
        cell: ({ scope, days }) =>
          trendLine(
            days.map(({ failed }) => failed),
            `${SCOPE_NAMES[scope]} failures over ${days.length} days: ${days[0]?.failed} to ${days.at(-1)?.failed}`,
          ),
      },
    ]),
  );
}

/** The score by day, with its change in a week. */
export const TREND_COLUMN: HtmlColumn<NamespacePostureData> = {
  title: 'In a week',
  cell: ({ trend, namespace }) => {
    const last = trend.at(-1);
    if (last === undefined || trend.length < 2) return '';
    const scores = trend.map(({ score }) => score);
    const before = trend.findLast(({ day }) => day <= last.day - WEEK_MS);
    const change = before === undefined ? null : last.score - before.score;
    const label = `Score of ${namespace} over ${trend.length} days: ${scores[0]} to ${last.score}`;
    return html`${trendLine(scores, label)}
    ${change !== null && change !== 0 && html`<small>${change > 0 ? `+${change}` : change}</small>`}`;
  },
};

export const OWNER_COLUMN: HtmlColumn<NamespacePostureData> = {
  title: 'Owner',
  cell: ({ owner }) => owner ?? html`<span class="note">not named</span>`,
};

/** Who got and lost which right lately, the latest first. */
export function accessChanges(changes: readonly WorkloadEvent[], clock: LocalClock): Html {
  if (changes.length === 0)
    return card('Changes of access', note('No changes are known of the last 30 days.'));
  return card(
    'Changes of access',
    html`<ul class="log">
      ${changes.map(
        ({ at, namespace, workload, text }) =>
          html`<li>
            <span class="when">${clock.at(at)}</span>
            <span
              >${workload.kind}
              <a href="${posturePath(namespace)}">${workload.name}</a> ${text}</span
            >
          </li>`,
      )}
    </ul>`,
  );
}
