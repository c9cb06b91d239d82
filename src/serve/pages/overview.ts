import { setTimeout as pause } from 'node:timers/promises';
import type { BudgetStatus } from '../../cost/budgets/readBudgets.ts';
import { efficiencyOfAll, shownEfficiency } from '../../cost/report/efficiency.ts';
import { ownValue } from '../../model/ownValue.ts';
import { formatChange, formatDuration, formatMoney, formatShare } from '../../model/text/units.ts';
import { DAY_MS, SECOND_MS } from '../../model/time.ts';
import type { AdvicePage } from '../questions/answerAdvice.ts';
import type { FindingsPage } from '../questions/answerFindings.ts';
import type { Overview } from '../questions/answerOverview.ts';
import { adviceOf, freedTile } from './advice.ts';
import { spendChart } from './chart/spendChart.ts';
import { monthForecast, PRICE_BASES } from './costs/namespacePage.ts';
import { findingRows, openFindingsAsk } from './findings.ts';
import {
  badge,
  card,
  html,
  moneyColumn,
  namespaceLink,
  note,
  numberColumn,
  shareColumn,
  table,
  tiles,
  withQuery,
  type Html,
  type Tile,
} from './html.ts';
import { layout } from './layout.ts';
import { budgetTable } from './money/moneyPages.ts';
import type { PageContext, ShownPage } from './route.ts';

const MOST_URGENT = 6;
const PATIENCE_MS = SECOND_MS;

/** Money may be a window old; findings are what they are now. */
interface OverviewView extends Overview {
  readonly urgent: FindingsPage;
  /** Null where it takes longer than a page should. */
  readonly advice: AdvicePage | null;
}

/** Spend now and at the month's end, where it goes, what is open, and how much of it is known. */
export const overviewPage: ShownPage = {
  path: '/',
  scope: 'read',
  nav: 'Overview',
  async show({ page, deps: { questions } }) {
    const { namespaces, cluster } = page;
    const [money, urgent] = await Promise.all([
      questions.overview({ namespaces }),
      questions.findings(openFindingsAsk({ namespaces, namespace: null }, MOST_URGENT)),
    ]);
    // Once an hour it reads two weeks of every container.
    const advice = async () =>
      Promise.race([
        questions.advice(adviceOf({ namespaces, namespace: null }, 1)),
        pause(PATIENCE_MS, null, { ref: false }),
      ]);
    const body =
      money.watermark === null
        ? noHistory()
        : overview({ ...money, urgent, advice: await advice() }, money.watermark, page);
    return layout(
      page,
      'Overview',
      html`<h1>${cluster}</h1>
        ${body}`,
    );
  },
};

function noHistory(): Html {
  return card(
    'No data yet',
    html`<p>
      Burnwatch is reading its history from Prometheus. The first figures appear once one window is
      complete; <a href="/system">the system page</a> shows the progress.
    </p>`,
  );
}

function overview(view: OverviewView, watermark: number, page: PageContext): Html {
  const { clock, currency } = page;
  const { week, urgent, days, idleDays } = view;
  return html`<p class="note lead-note">
      As of ${clock.at(watermark)} ${clock.zone}. ${week && PRICE_BASES[week.priceBasis]}
      ${week?.provisional === true && 'The last hours may still change a little.'}
    </p>
    ${tiles([
      monthTile(view.month, currency),
      ...idleTile(view, currency),
      efficiencyTile(view),
      findingsTile(view),
      { ...freedTile(view.advice, currency), href: '/recommendations' },
      dataTile(view, page),
    ])}
    ${card(
      'Most urgent',
      urgent.findings.length === 0
        ? note('No open findings.')
        : findingRows(urgent.findings, page, false),
      { beside: html`<a href="/findings">All findings</a>` },
    )}
    ${card(
      'Spend',
      spendChart(days, {
        title: 'By namespace and day (UTC)',
        currency,
        clock,
        idle: idleDays,
        watermark,
      }),
    )}
    ${namespaces(view, currency)}
    ${view.budgets.length > 0 && card('Budgets this month', budgetTable(view.budgets, currency))}`;
}

function monthTile(month: BudgetStatus | null, currency: string): Tile {
  if (month === null) return { title: 'Spent this month', value: 'unknown', sub: 'no data yet' };
  const name = new Date(month.month).toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' });
  const unseen = month.forecast?.unseen ?? 0;
  return {
    title: `Spent in ${name}`,
    value: formatMoney(month.spent, currency),
    sub: html`${monthForecast(month, currency)}${unseen > 0 && `; ${formatMoney(unseen, currency)} of it before the history began`}`,
  };
}

function idleTile({ week, idleDays }: Overview, currency: string): readonly Tile[] {
  if (week === null || idleDays === null) return [];
  const { idle, nodesCost } = week;
  return [
    {
      title: 'Idle, last 7 days',
      value: formatShare(nodesCost > 0 ? idle.totalCost / nodesCost : null),
      sub: `${formatMoney(idle.totalCost, currency)} of ${formatMoney(nodesCost, currency)} node cost`,
    },
  ];
}

function efficiencyTile({ week }: Overview): Tile {
  const rows = (week?.rows ?? []).map(({ cpuCost, ramCost, efficiency }) => ({
    cost: cpuCost + ramCost,
    efficiency,
  }));
  return {
    title: 'Efficiency, last 7 days',
    value: formatShare(efficiencyOfAll(rows)),
    sub: 'of requests is used, weighted by cost',
  };
}

function findingsTile({ urgent: { counts } }: OverviewView): Tile {
  const badges = (['critical', 'warning', 'info'] as const)
    .filter((severity) => counts.bySeverity[severity] > 0)
    .map((severity) => html`${badge(`${counts.bySeverity[severity]} ${severity}`, severity)} `);
  return {
    title: 'Open findings',
    value: String(counts.open),
    sub: html`${badges}${counts.acknowledged > 0 && `${counts.acknowledged} acknowledged`}`,
    href: '/findings',
  };
}

function dataTile({ windows, watermark, windowMs }: Overview, { now, clock }: PageContext): Tile {
  const expected = Math.round(DAY_MS / windowMs);
  const sum = windows.reduce((total, { coverage }) => total + coverage, 0);
  const incomplete = windows.filter(({ complete }) => !complete).length;
  const lag = watermark === null ? null : now - watermark;
  const isLate = lag !== null && lag > 4 * windowMs;
  const state = incomplete === 0 ? 'up to date' : `${incomplete} windows are incomplete`;
  return {
    title: 'Data, last 24 h',
    value: formatShare(windows.length === 0 ? null : sum / Math.max(expected, windows.length)),
    sub: isLate
      ? html`${badge(`${formatDuration(lag)} behind`, 'warning')} no data after
        ${clock.at(watermark ?? 0)}`
      : `of the expected samples; ${state}`,
    href: '/system',
  };
}

function namespaces({ week, trends, urgent }: OverviewView, currency: string): Html | null {
  if (week === null) return null;
  const total = week.totalCost;
  type Row = (typeof week.rows)[number];
  const hasTrends = week.rows.some(({ key }) => ownValue(trends, key) !== undefined);
  const trend = numberColumn('Week before', ({ key }: Row) => trendText(ownValue(trends, key)));
  const rows = table('Cost of each namespace in the last seven days', week.rows, [
    { title: 'Namespace', cell: ({ key }) => (key === '' ? 'none' : namespaceLink(key)) },
    moneyColumn('Cost', currency, ({ totalCost }) => totalCost),
    shareColumn('Share', ({ totalCost }) => (total > 0 ? totalCost / total : null)),
    ...(hasTrends ? [trend] : []),
    shareColumn('Efficiency', ({ efficiency }) => shownEfficiency(efficiency)),
    numberColumn('Findings', ({ key }) => {
      const count = ownValue(urgent.counts.byNamespace, key) ?? 0;
      const href = withQuery('/findings', { namespace: key });
      return count === 0 ? '0' : html`<a href="${href}">${count}</a>`;
    }),
    shareColumn('Known', ({ coverage }) => coverage),
  ]);
  return card(
    'Namespaces, last 7 days',
    html`${rows}
      <p class="note">
        Idle (unallocated) node cost: ${formatMoney(week.idle.totalCost, currency)}.
        ${hasTrends ? '“Week before” compares whole days;' : 'A comparison needs two whole weeks;'}
        “Known” is the share of expected samples.
      </p>`,
    {
      beside: html`<span class="links"
        ><a href="${withQuery('/explore', { from: week.window.start, to: week.window.end })}"
          >Explore</a
        >
        <a href="/api/v1/costs?window=7d&by=namespace&format=csv">CSV</a></span
      >`,
    },
  );
}

/** `+12%`; unknown until there are two whole weeks. */
function trendText(trend: number | undefined): string {
  return trend === undefined ? 'unknown' : formatChange(trend);
}
