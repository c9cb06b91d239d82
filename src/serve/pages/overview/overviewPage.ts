import { html } from 'hono/html';
import type { BudgetStatus } from '../../../cost/budgets/readBudgets.ts';
import { ownValue } from '../../../model/ownValue.ts';
import { stackChart } from '../chart/stack.ts';
import type { PageContext } from '../context.ts';
import { findingRows } from '../findings/rows.ts';
import { layout } from '../layout.ts';
import { namespacePath } from '../links.ts';
import { table, tiles } from '../table.ts';
import { type Html } from '../text.ts';
import { overviewTiles, BASIS, type OverviewView } from './tiles.ts';
import { formatMoney, formatShare, formatChange } from '../../../model/text/units.ts';

/** Spend now and at the month's end, where it goes, what is open, and how much of it is known. */
export function overviewPage(view: OverviewView, page: PageContext): Html {
  return layout(page, {
    title: 'Overview',
    section: '/',
    body: html`<h1>${page.cluster}</h1>
      ${view.watermark === null ? noHistory() : whole(view, view.watermark, page)}`,
  });
}

function noHistory(): Html {
  return html`<section class="card">
    <h2>No window is sealed yet</h2>
    <p>
      Burnwatch is filling its history from Prometheus. The first figures are here as soon as one
      window is complete; <a href="/system">the system page</a> says how far it is.
    </p>
  </section>`;
}

function whole(view: OverviewView, watermark: number, page: PageContext): Html {
  const { clock, currency } = page;
  return html`<p class="note lead-note">
      As of ${clock.at(watermark)} ${clock.zone}.
      ${view.week === null ? '' : BASIS[view.week.priceBasis]}
      ${view.week?.provisional === true ? 'The last hours may still change a little.' : ''}
    </p>
    ${tiles(overviewTiles(view, page))}
    <section class="card" aria-labelledby="top-title">
      <div class="section-head">
        <h2 id="top-title">Most urgent</h2>
        <a href="/findings">All findings</a>
      </div>
      ${
        view.urgent.findings.length === 0
          ? html`<p class="note">Nothing is open.</p>`
          : findingRows(view.urgent.findings, page, false)
      }
    </section>
    <section class="card" aria-labelledby="spend-title">
      <h2 id="spend-title">Spend</h2>
      ${stackChart(view.days, {
        title: 'By namespace and day (UTC)',
        currency,
        clock,
        idle: view.idleDays,
        watermark,
      })}
    </section>
    ${namespaces(view, page)} ${budgets(view.budgets, page)}`;
}

function namespaces({ week, trends, urgent }: OverviewView, { currency }: PageContext): Html | '' {
  if (week === null) return '';
  const total = week.totalCost;
  const hasTrends = week.rows.some(({ key }) => ownValue(trends, key) !== undefined);
  return html`<section class="card" aria-labelledby="namespaces-title">
    <div class="section-head">
      <h2 id="namespaces-title">Namespaces, last 7 days</h2>
      <a href="/api/v1/costs?window=7d&by=namespace&format=csv">CSV</a>
    </div>
    ${table('What each namespace cost in the last seven days', week.rows, [
      {
        title: 'Namespace',
        cell: ({ key }) => (key === '' ? 'none' : html`<a href="${namespacePath(key)}">${key}</a>`),
      },
      { title: 'Cost', isNumber: true, cell: ({ totalCost }) => formatMoney(totalCost, currency) },
      {
        title: 'Share',
        isNumber: true,
        cell: ({ totalCost }) => formatShare(total > 0 ? totalCost / total : null),
      },
      ...(hasTrends
        ? [
            {
              title: 'Week before',
              isNumber: true,
              cell: ({ key }: { readonly key: string }) =>
                formatChange(ownValue(trends, key) ?? null),
            },
          ]
        : []),
      { title: 'Efficiency', isNumber: true, cell: ({ efficiency }) => formatShare(efficiency) },
      {
        title: 'Findings',
        isNumber: true,
        cell: ({ key }) => {
          const count = ownValue(urgent.counts.byNamespace, key) ?? 0;
          return count === 0
            ? '0'
            : html`<a href="/findings?namespace=${encodeURIComponent(key)}">${count}</a>`;
        },
      },
      { title: 'Known', isNumber: true, cell: ({ coverage }) => formatShare(coverage) },
    ])}
    <p class="note">
      Idle, ${formatMoney(week.idle.totalCost, currency)}, is what nodes cost beyond what was
      allocated.
      ${
        hasTrends
          ? '“Week before” compares whole days;'
          : 'There are no two whole weeks to compare yet;'
      }
      “Known” is the share of samples that were seen.
    </p>
  </section>`;
}

function budgets(all: readonly BudgetStatus[], { currency }: PageContext): Html | '' {
  if (all.length === 0) return '';
  return html`<section class="card" aria-labelledby="budgets-title">
    <h2 id="budgets-title">Budgets of the month</h2>
    ${table('Budgets with what is spent and expected', all, [
      { title: 'For', cell: ({ namespace, owner }) => namespace ?? owner ?? '' },
      { title: 'Budget', isNumber: true, cell: ({ monthly }) => formatMoney(monthly, currency) },
      { title: 'Spent', isNumber: true, cell: ({ spent }) => formatMoney(spent, currency) },
      {
        title: 'Expected',
        isNumber: true,
        cell: ({ forecast }) =>
          forecast === null ? 'unknown' : formatMoney(forecast.expected, currency),
      },
      {
        title: 'Of budget',
        isNumber: true,
        cell: ({ forecast, monthly }) =>
          forecast === null
            ? 'unknown'
            : html`<span class="${forecast.expected > monthly ? 'badge warning' : ''}"
                >${formatShare(forecast.expected / monthly)}</span
              >`,
      },
    ])}
  </section>`;
}
