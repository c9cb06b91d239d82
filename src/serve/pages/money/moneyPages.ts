import type { BudgetStatus } from '../../../cost/budgets/readBudgets.ts';
import type { NodePriceRow } from '../../../cost/report/pricesReport.ts';
import type { UnitCost } from '../../../cost/unitCosts/readUnitCosts.ts';
import { formatBytes, formatChange, formatNumber, formatShare } from '../../../model/text/units.ts';
import { formatCostFilter } from '../../../store/costFilter.ts';
import { UNALLOCATED } from '../../../store/costTable.ts';
import { costSpan } from '../../api/costQuery.ts';
import { PRICE_BASES } from '../costs/namespacePage.ts';
import type { OwnerCosts } from '../../questions/answerMoney.ts';
import {
  badge,
  extra,
  html,
  moneyColumn,
  moneyText,
  namespaceLink,
  note,
  numberColumn,
  shareColumn,
  table,
  withQuery,
  workloadLink,
  type Html,
} from '../html.ts';
import { layout } from '../layout.ts';
import type { PageContext, PageRoute } from '../route.ts';
import { seesAll } from '../../security/principal.ts';

const GIB = 2 ** 30;

/** The pages beside the cost explorer: each is a list with a link to the same as JSON. */
export const MONEY_PAGES: readonly PageRoute[] = [
  {
    path: '/budgets',
    under: '/explore',
    scope: 'read',
    async show({ page, principal, deps: { questions, clusters = [] } }) {
      const seesAllClusters = seesAll(principal, clusters);
      const budgets = await questions.budgets({ namespaces: page.namespaces, seesAllClusters });
      const intro =
        'Of this month in UTC: pods, volumes and load balancers, without idle or shared cost.';
      return moneyPage(
        page,
        { title: 'Budgets', intro, call: '/api/v1/budgets' },
        budgetTable(budgets, page.currency),
      );
    },
  },
  {
    path: '/owners',
    under: '/explore',
    scope: 'read',
    async show({ page, deps: { questions } }) {
      const report = await questions.owners({ namespaces: page.namespaces });
      const intro =
        'What each owner’s workloads cost in the last seven days, beside the seven before; without idle, shared and fixed costs.';
      const body =
        report === null
          ? note('The history holds nothing yet.')
          : ownerTable(report.owners, page.currency);
      return moneyPage(page, { title: 'Owners', intro, call: '/api/v1/owners' }, body);
    },
  },
  {
    path: '/unit-costs',
    under: '/explore',
    scope: 'read',
    async show({ page, query, deps }) {
      const chosen = Object.hasOwn(UNIT_COST_WINDOWS, query['window'] ?? '')
        ? query['window']!
        : '7d';
      const span = costSpan({ window: chosen }, deps);
      const { namespaces, currency } = page;
      const { unitCosts } = await deps.questions.unitCosts({ ...span, namespaces });
      const pathOf = (window: string) => withQuery('/unit-costs', { window });
      const windows = Object.entries(UNIT_COST_WINDOWS);
      const links = navLinks(
        windows.map(([window, name]) => [pathOf(window), name]),
        pathOf(chosen),
      );
      const intro =
        'Cost of the hours in which the units were known, divided by the units, beside the time before.';
      const body = html`<p class="subnav">${links}</p>
        ${unitCostTable(unitCosts, currency)}`;
      const call = withQuery('/api/v1/unit-costs', { window: chosen });
      return moneyPage(page, { title: 'Unit costs', intro, call }, body);
    },
  },
  {
    path: '/prices',
    under: '/explore',
    scope: 'read',
    isWholeCluster: true,
    async show({ page, deps: { questions } }) {
      const { nodes, priceBasis } = await questions.prices({ namespaces: null });
      const intro = `${PRICE_BASES[priceBasis]} Each node with the source of its price, as the newest windows were priced.`;
      return moneyPage(
        page,
        { title: 'Prices', intro, call: '/api/v1/prices' },
        priceTable(nodes, page.currency),
      );
    },
  },
];

/** What unit costs show when no span is chosen. */
const UNIT_COST_WINDOWS = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;

function unitCostTable(unitCosts: readonly UnitCost[], currency: string): Html {
  return table(
    'Unit costs',
    unitCosts,
    [
      {
        title: 'Unit cost',
        cell: ({ name, namespaces }) =>
          html`${name}
            <small
              >${namespaces.length === 0 ? 'of all costs' : `of ${namespaces.join(', ')}`}</small
            >`,
      },
      numberColumn('Cost', ({ unitCost, per, unit }) =>
        unitCost === null
          ? 'unknown'
          : html`<strong>${smallMoney(unitCost, currency)}</strong>
              <small
                >per ${per === 1 && unit !== '' ? unit : `${formatNumber(per)} ${unit}`}</small
              >`,
      ),
      numberColumn('Before', ({ previousUnitCost }) =>
        previousUnitCost === null ? 'unknown' : smallMoney(previousUnitCost, currency),
      ),
      numberColumn('Change', ({ changeShare }) =>
        changeShare === null ? 'unknown' : formatChange(changeShare),
      ),
      { title: 'Units', isNumber: true, cell: ({ units }) => formatNumber(units) },
      moneyColumn('In all', currency, ({ cost }) => cost),
      shareColumn('Known', ({ coverage }) => coverage),
    ],
    { empty: 'No unit costs are configured (unitCosts).' },
  );
}

/** A thousandth of a cent is an amount here: three figures, however small. */
function smallMoney(value: number, currency: string): string {
  return Math.abs(value) >= 0.1 || value === 0
    ? moneyText(value, currency)
    : `${formatNumber(value)} ${currency}`;
}

/** Links among these pages and the explorer. */
export function moneyLinks({ namespaces, path }: PageContext): Html {
  const all: readonly PageLink[] = [
    ['/explore', 'Explore costs'],
    ['/budgets', 'Budgets'],
    ['/owners', 'Owners'],
    ['/unit-costs', 'Unit costs'],
    ['/savings', 'Savings'],
    ...(namespaces === null ? [['/prices', 'Prices'] as const] : []),
  ];
  return html`<nav class="subnav" aria-label="Costs">${navLinks(all, path)}</nav>`;
}

type PageLink = readonly [href: string, name: string];

function navLinks(links: readonly PageLink[], current: string): readonly Html[] {
  return links.map(
    ([href, name]) =>
      html`<a href="${href}" ${href === current && html`aria-current="page"`}>${name}</a>`,
  );
}

function moneyPage(
  page: PageContext,
  { title, intro, call }: { readonly title: string; readonly intro: string; readonly call: string },
  body: Html,
): Html | Promise<Html> {
  return layout(
    page,
    title,
    html`${moneyLinks(page)}
      <h1>${title}</h1>
      <p class="note lead-note">${intro}</p>
      <section class="card" aria-label="${title}">
        ${body}
        <p class="note"><a href="${call}">JSON</a></p>
      </section>`,
  );
}

/** Budgets with what is spent of each and what the month will come to. */
export function budgetTable(budgets: readonly BudgetStatus[], currency: string): Html {
  return table(
    'Budgets, what is spent and what is expected',
    budgets,
    [
      {
        title: 'For',
        cell: ({ namespace, owner, across, without = [] }) =>
          html`${namespace === undefined ? html`${owner} <small>owner</small>` : namespaceLink(namespace)}
          ${across === true && html`<small>all clusters</small>`}
          ${without.length > 0 && html`<small>without ${without.join(', ')}</small>`}`,
      },
      moneyColumn('Budget', currency, ({ monthly }) => monthly),
      moneyColumn('Spent', currency, ({ spent }) => spent),
      moneyColumn('Expected', currency, ({ forecast }) => forecast?.expected ?? null),
      numberColumn('80% interval', ({ forecast }) =>
        forecast === null
          ? 'unknown: it needs three whole days'
          : `${moneyText(forecast.low, currency)} to ${moneyText(forecast.high, currency)}`,
      ),
      extra(
        numberColumn('Never seen', ({ forecast }) =>
          forecast === null || forecast.unseen === 0 ? '' : moneyText(forecast.unseen, currency),
        ),
      ),
      numberColumn('Of budget', ({ forecast, monthly, spent }) => {
        const share = (forecast?.expected ?? spent) / monthly;
        return share > 1 ? badge(formatShare(share), 'warning') : formatShare(share);
      }),
    ],
    { empty: 'No budgets are configured (budgets).' },
  );
}

/** Workloads of an owner that are named. */
const NAMED = 4;

function ownerTable(owners: readonly OwnerCosts[], currency: string): Html {
  return table(
    'Owners and what their workloads cost',
    owners,
    [
      {
        title: 'Owner',
        cell: ({ owner }) => {
          const value = owner ?? UNALLOCATED;
          const filter = formatCostFilter({ by: 'owner', operator: '=', value });
          const href = withQuery('/explore', { window: '7d', by: 'workload', filter });
          return html`<a href="${href}">${owner ?? '(nobody)'}</a>`;
        },
      },
      moneyColumn('Cost', currency, ({ totalCost }) => totalCost),
      moneyColumn('Before', currency, ({ previousCost }) => previousCost),
      moneyColumn('Change', currency, ({ change }) => change),
      {
        title: 'Workloads',
        cell: ({ workloads }) => {
          const more = workloads.length - NAMED;
          return html`${workloads.slice(0, NAMED).map((one) => html`${workloadLink(one.namespace, one.workload)}<br />`)}${
            more > 0 && html`<small>and ${more} more</small>`
          }`;
        },
      },
    ],
    { empty: 'Nothing ran in the last seven days.' },
  );
}

function priceTable(nodes: readonly NodePriceRow[], currency: string): Html {
  return table(
    'Nodes and their prices',
    nodes,
    [
      { title: 'Node', cell: ({ node }) => node },
      {
        title: 'Machine',
        cell: ({ instanceType, region, capacityType, cpuCores, ramGiB }) =>
          html`${instanceType ?? 'unknown'}
            <small
              >${[region, capacityType].filter((text) => text !== null).join(', ')};
              ${cpuCores === null ? 'unknown' : formatNumber(cpuCores)} cores,
              ${formatBytes(ramGiB === null ? null : ramGiB * GIB)}</small
            >`,
      },
      moneyColumn('An hour', currency, ({ hourly }) => hourly),
      moneyColumn('A month', currency, ({ monthly }) => monthly),
      shareColumn('Sure', ({ confidence }) => confidence),
      { title: 'Source', cell: ({ source, reason }) => html`${source} <small>${reason}</small>` },
    ],
    { empty: 'No node is known yet.' },
  );
}
