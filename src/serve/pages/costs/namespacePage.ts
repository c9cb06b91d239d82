import type { BudgetStatus } from '../../../cost/budgets/readBudgets.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';
import type { CostsView } from '../../questions/answerCosts.ts';
import {
  moneyColumn,
  moneyText,
  shareColumn,
  html,
  card,
  note,
  posturePath,
  table,
  tiles,
  withQuery,
  workloadPath,
  type HtmlColumn,
  type Tile,
  type Html,
} from '../html.ts';
import type { AdvicePage } from '../../questions/answerAdvice.ts';
import type { FindingsPage } from '../../questions/answerFindings.ts';
import type { NamespacePostureData } from '../../questions/answerPosture.ts';
import { adviceOf, adviceTable, freedTile, patchBox } from '../advice.ts';
import { spendChart } from '../chart/spendChart.ts';
import { findingRows, openFindingsAsk } from '../findings.ts';
import { layout } from '../layout.ts';
import { gradeBadge } from '../posture.ts';
import { namespaceOf, type PageContext, type ShownPage } from '../route.ts';

/** What a price basis means; it stands wherever money does. */
export const PRICE_BASES = {
  list: 'Estimated at list prices.',
  contracted: 'Estimated at contracted prices.',
  effective: 'Scaled to the imported bill where there is one.',
} as const;

/** The forecast of a month with its interval. */
export function monthForecast({ forecast }: BudgetStatus, currency: string): string {
  if (forecast === null) return 'no forecast yet: it needs three whole days';
  const money = (value: number) => formatMoney(value, currency);
  const { expected, low, high } = forecast;
  return `forecast ${money(expected)} (80% interval: ${money(low)} to ${money(high)})`;
}

/** The cost of the last seven days. */
export function weekTile({ week }: CostsView, currency: string): Tile {
  const total = week?.rows.reduce((sum, { totalCost }) => sum + totalCost, 0) ?? null;
  return {
    title: 'Last 7 days',
    value: moneyText(total, currency),
    sub: `${formatShare(week?.coverage ?? null)} of samples known`,
  };
}

type CostRow = NonNullable<CostsView['week']>['rows'][number];

/** Cost in all and by resource, and how much of the requests was used. */
export function costColumns(currency: string): readonly HtmlColumn<CostRow>[] {
  return [
    moneyColumn('Cost', currency, ({ totalCost }) => totalCost),
    moneyColumn('CPU', currency, ({ cpuCost }) => cpuCost),
    moneyColumn('Memory', currency, ({ ramCost }) => ramCost),
    shareColumn('CPU used', ({ cpuEfficiency }) => cpuEfficiency),
    shareColumn('Memory used', ({ ramEfficiency }) => ramEfficiency),
  ];
}

/** Findings and recommendations that are listed; the rest is a link away. */
const LISTED = 10;

interface NamespaceView {
  readonly namespace: string;
  readonly costs: CostsView;
  readonly findings: FindingsPage;
  readonly advice: AdvicePage;
  readonly posture: NamespacePostureData | null;
}

/** A team's page: its cost, its workloads, its findings, what to change. */
export const namespacePage: ShownPage = {
  path: '/namespaces/:namespace',
  under: '/',
  scope: 'read',
  async show(request) {
    const { page, deps } = request;
    const { questions } = deps;
    const namespace = await namespaceOf(request);
    const scope = { namespaces: page.namespaces, namespace };
    const [costs, findings, advice, posture] = await Promise.all([
      questions.costs({ ...scope, workload: null }),
      questions.findings(openFindingsAsk(scope, LISTED)),
      questions.advice(adviceOf(scope, LISTED)),
      questions.posture(scope),
    ]);
    const [found = null] = posture.namespaces;
    const view = { namespace, costs, findings, advice, posture: found };
    return layout(page, namespace, body(view, page));
  },
};

function body(view: NamespaceView, page: PageContext): Html {
  const { namespace, costs, findings, advice } = view;
  const { currency, clock } = page;
  const more = withQuery('/findings', { namespace });
  return html`<p class="crumbs"><a href="/">Overview</a> / namespace</p>
    <h1>${namespace}</h1>
    ${
      costs.week === null
        ? note('No costs are known yet.')
        : html`<p class="note lead-note">${PRICE_BASES[costs.week.priceBasis]}</p>`
    }
    ${tiles(tilesOf(view, currency))}
    ${card(
      'Findings',
      findings.findings.length === 0
        ? note('No open findings.')
        : html`${findingRows(findings.findings, page, false)}
          ${findings.total > LISTED && html`<a href="${more}">All ${findings.total}</a>`}`,
    )}
    ${card(
      'Spend',
      spendChart(costs.days, {
        title: 'By workload and day (UTC)',
        currency,
        clock,
        watermark: costs.watermark ?? 0,
      }),
    )}
    ${workloads(view, currency)}
    ${card(
      'Recommendations',
      advice.total === 0
        ? note('Nothing to recommend.')
        : html`${patchBox(advice)} ${adviceTable(advice.advices, currency)}`,
    )}`;
}

function tilesOf(
  { namespace, costs, advice, posture }: NamespaceView,
  currency: string,
): readonly Tile[] {
  const { month, budget } = costs;
  return [
    {
      title: 'Spent this month',
      value: moneyText(month?.spent ?? null, currency),
      sub: month === null ? 'no data yet' : monthForecast(month, currency),
    },
    weekTile(costs, currency),
    ...(budget === null
      ? []
      : [
          {
            title: 'Budget this month',
            value: formatMoney(budget.monthly, currency),
            sub:
              budget.forecast === null
                ? 'forecast unknown'
                : `${formatShare(budget.forecast.expected / budget.monthly)} of it expected`,
          },
        ]),
    freedTile(advice, currency),
    {
      title: 'Posture',
      value:
        posture === null ? 'unknown' : html`${posture.score ?? 'unknown'} ${gradeBadge(posture)}`,
      sub:
        posture === null
          ? 'no source was available'
          : `${posture.failed} checks failed; ${formatShare(posture.known)} known`,
      href: posturePath(namespace),
    },
  ];
}

function workloads({ namespace, costs }: NamespaceView, currency: string): Html | null {
  if (costs.week === null) return null;
  return card(
    'Workloads, last 7 days',
    html`${table('Cost of each workload in the last seven days', costs.week.rows, [
        {
          title: 'Workload',
          cell: ({ key, workload }) =>
            workload === undefined
              ? key
              : html`<a href="${workloadPath(namespace, workload)}">${workload.name}</a>
                  <small>${workload.kind}</small>`,
        },
        ...costColumns(currency),
        shareColumn('Known', ({ coverage }) => coverage),
      ])}
      <p class="note">
        “Used” is the share of the requests that was used: above 100% the workload used more than
        its requests; without requests it is 100%.
      </p>`,
  );
}
