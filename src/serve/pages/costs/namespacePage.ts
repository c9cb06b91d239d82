import { html } from 'hono/html';
import type { AdvicePage } from '../../questions/answerAdvice.ts';
import type { CostsView } from '../../questions/answerCosts.ts';
import type { FindingsPage } from '../../questions/answerFindings.ts';
import type { NamespacePostureData } from '../../questions/answerPosture.ts';
import { adviceTable, patchBox } from '../advice/adviceList.ts';
import { freedTile } from '../advice/freedTile.ts';
import { stackChart } from '../chart/stack.ts';
import type { PageContext } from '../context.ts';
import { findingRows } from '../findings/rows.ts';
import { layout } from '../layout.ts';
import { workloadPath } from '../links.ts';
import { BASIS } from '../overview/tiles.ts';
import { gradeBadge } from '../posture/posturePage.ts';
import { table, tiles, type Tile } from '../table.ts';
import { type Html } from '../text.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';

export interface NamespaceView {
  readonly namespace: string;
  readonly costs: CostsView;
  readonly findings: FindingsPage;
  readonly advice: AdvicePage;
  readonly posture: NamespacePostureData | null;
}

/** What a team looks at: its cost, its workloads, its findings, what to change. */
export function namespacePage(view: NamespaceView, page: PageContext): Html {
  const { namespace, costs, findings, advice } = view;
  const { currency, clock } = page;
  return layout(page, {
    title: namespace,
    section: '/',
    body: html`<p class="crumbs"><a href="/">Overview</a> / namespace</p>
      <h1>${namespace}</h1>
      ${costs.week === null ? html`<p class="note">No costs are known yet.</p>` : html`<p class="note lead-note">${BASIS[costs.week.priceBasis]}</p>`}
      ${tiles(tilesOf(view, page))}
      <section class="card" aria-labelledby="findings-title">
        <h2 id="findings-title">Findings</h2>
        ${
          findings.findings.length === 0
            ? html`<p class="note">Nothing is open.</p>`
            : findingRows(findings.findings, page, false)
        }
        ${
          findings.total > findings.findings.length
            ? html`<a href="/findings?namespace=${encodeURIComponent(namespace)}"
                >All ${findings.total}</a
              >`
            : ''
        }
      </section>
      <section class="card" aria-labelledby="spend-title">
        <h2 id="spend-title">Spend</h2>
        ${stackChart(costs.days, {
          title: 'By workload and day (UTC)',
          currency,
          clock,
          idle: null,
          watermark: costs.watermark ?? 0,
        })}
      </section>
      ${workloads(view, page)}
      <section class="card" aria-labelledby="advice-title">
        <h2 id="advice-title">Recommendations</h2>
        ${
          advice.total === 0
            ? html`<p class="note">Nothing to recommend.</p>`
            : html`${patchBox(advice.patches, currency)} ${adviceTable(advice.advices, currency)}`
        }
      </section>`,
  });
}

function tilesOf(
  { namespace, costs, advice, posture }: NamespaceView,
  page: PageContext,
): readonly Tile[] {
  const money = (value: number) => formatMoney(value, page.currency);
  const { month, budget, week } = costs;
  const forecast = month?.forecast ?? null;
  const total = week?.rows.reduce((sum, { totalCost }) => sum + totalCost, 0) ?? null;
  return [
    {
      title: 'Spent this month',
      value: month === null ? 'unknown' : money(month.spent),
      sub:
        forecast === null
          ? 'forecast: three whole days are needed'
          : `forecast ${money(forecast.expected)} (80%: ${money(forecast.low)} to ${money(forecast.high)})`,
    },
    {
      title: 'Last 7 days',
      value: total === null ? 'unknown' : money(total),
      sub: `known to ${formatShare(week?.coverage ?? null)}`,
    },
    ...(budget === null
      ? []
      : [
          {
            title: 'Budget of the month',
            value: money(budget.monthly),
            sub:
              budget.forecast === null
                ? 'forecast unknown'
                : `${formatShare(budget.forecast.expected / budget.monthly)} of it expected`,
          },
        ]),
    freedTile(advice, page.currency),
    {
      title: 'Posture',
      value:
        posture === null ? 'unknown' : html`${posture.score ?? 'unknown'} ${gradeBadge(posture)}`,
      sub:
        posture === null
          ? 'no source could be asked'
          : `${posture.failed} checks failed; ${formatShare(posture.known)} known`,
      href: `/posture/${encodeURIComponent(namespace)}`,
    },
  ];
}

function workloads({ namespace, costs }: NamespaceView, { currency }: PageContext): Html | '' {
  if (costs.week === null) return '';
  return html`<section class="card" aria-labelledby="workloads-title">
    <h2 id="workloads-title">Workloads, last 7 days</h2>
    ${table('What each workload cost in the last seven days', costs.week.rows, [
      {
        title: 'Workload',
        cell: ({ key, workload }) =>
          workload === undefined
            ? key
            : html`<a href="${workloadPath(namespace, workload)}">${workload.name}</a>
                <small>${workload.kind}</small>`,
      },
      { title: 'Cost', isNumber: true, cell: ({ totalCost }) => formatMoney(totalCost, currency) },
      { title: 'CPU', isNumber: true, cell: ({ cpuCost }) => formatMoney(cpuCost, currency) },
      { title: 'Memory', isNumber: true, cell: ({ ramCost }) => formatMoney(ramCost, currency) },
      {
        title: 'CPU used',
        isNumber: true,
        cell: ({ cpuEfficiency }) => formatShare(cpuEfficiency),
      },
      {
        title: 'Memory used',
        isNumber: true,
        cell: ({ ramEfficiency }) => formatShare(ramEfficiency),
      },
      { title: 'Known', isNumber: true, cell: ({ coverage }) => formatShare(coverage) },
    ])}
    <p class="note">
      “Used” is the share of what was requested: over 100% it used more, and 100% where nothing was
      requested.
    </p>
  </section>`;
}
