import type { ComparedReport, ComparedRow, CostSort } from '../../../cost/report/compareCosts.ts';
import { shownEfficiency } from '../../../cost/report/efficiency.ts';
import { FIXED_KEY, SHARED_KEY } from '../../../cost/report/shareCosts.ts';
import { ownValue } from '../../../model/ownValue.ts';
import { HOUR_MS } from '../../../model/time.ts';
import { isWholeCluster, rowParts, UNALLOCATED } from '../../../store/costTable.ts';
import {
  formatChange,
  formatCount,
  formatCoverage,
  formatMoney,
  formatMoneyChange,
  formatShare,
} from '../../../model/text/units.ts';
import { costSpan } from '../../api/costQuery.ts';
import type { ExploreView } from '../../questions/answerExplore.ts';
import { spendChart } from '../chart/spendChart.ts';
import { PRICE_BASES } from '../costs/namespacePage.ts';
import {
  card,
  extra,
  html,
  moneyColumn,
  namespaceLink,
  note,
  numberColumn,
  pager,
  plainList,
  shareColumn,
  table,
  tiles,
  workloadPath,
  type Html,
  type HtmlColumn,
  type Tile,
} from '../html.ts';
import { moneyLinks } from '../money/moneyPages.ts';
import { layout } from '../layout.ts';
import type { PageContext, ShownPage } from '../route.ts';
import { exploreHref, insideOf, readAddress, type ExploreAddress } from './exploreAddress.ts';
import { exploreForm, dimensionName } from './exploreForm.ts';

const PAGE_SIZE = 100;

/** Any costs: of any time beside the time before, by anything, filtered, sorted, and what each row is made of. */
export const explorePage: ShownPage = {
  path: '/explore',
  scope: 'read',
  nav: 'Explore',
  async show({ page, queries, deps }) {
    const { address, problems } = readAddress(queries);
    const { filter: where, shared: overheads, by, idle, sort, order, offset } = address;
    const asked = { by, where, idle, overheads, sort, order, offset, limit: PAGE_SIZE };
    const span = costSpan(address, deps);
    const { namespaces } = page;
    const view = await deps.questions.explorePage({ ...span, ...asked, namespaces });
    const hasShared = deps.config().pricing.shared.namespaces.length > 0;
    return layout(
      page,
      'Explore costs',
      html`${moneyLinks(page)}
        <h1>Explore costs</h1>
        ${problems.length > 0 && html`<div class="error" role="alert">${plainList(problems)}</div>`}
        ${exploreForm(address, { labels: view.labels, hasShared, isWhole: namespaces === null })}
        ${body(view, address, page)}`,
    );
  },
};

function body(view: ExploreView, address: ExploreAddress, page: PageContext): Html {
  const { report, steps, idle, watermark, rowsInAll } = view;
  const { currency, clock } = page;
  if (watermark === null) return note('The history holds nothing yet.');
  const by = address.by.map(dimensionName).join(' and ');
  return html`${periods(report, page)} ${tiles(tilesOf(report, address, page))}
  ${
    steps.starts.length > 0 &&
    card(
      'Over time',
      spendChart(steps, {
        title: `By ${by} and ${steps.stepMs > HOUR_MS ? 'day (UTC)' : 'hour'}`,
        currency,
        clock,
        idle,
        watermark,
        stepMs: steps.stepMs,
      }),
    )
  }
  ${card(
    `By ${by}`,
    html`${rows(view, address, page)}
    ${pager({ offset: address.offset, limit: PAGE_SIZE, total: rowsInAll }, (offset) =>
      exploreHref({ ...address, offset }),
    )}
    ${footnote(report, address)}`,
    { beside: links(address) },
  )}`;
}

function periods(
  { window, previous, priceBasis, provisional }: ComparedReport,
  { clock }: PageContext,
): Html {
  const span = ({ start, end }: typeof window) =>
    html`${clock.at(Date.parse(start))} to ${clock.at(Date.parse(end))}`;
  return html`<p class="note lead-note">
    ${span(window)} ${clock.zone}, beside ${span(previous.window)}. ${PRICE_BASES[priceBasis]}
    ${provisional && 'The last hours may still change a little.'}
  </p>`;
}

function tilesOf(
  report: ComparedReport,
  address: ExploreAddress,
  { currency, namespaces }: PageContext,
): readonly Tile[] {
  const { previous, idle, totalCost, nodesCost, coverage, change, changeShare } = report;
  const isWhole = isWholeCluster({ namespaces, where: address.filter });
  const before = `${formatMoney(previous.totalCost, currency)} before`;
  return [
    {
      title: isWhole ? 'Total' : 'Total of the selection',
      value: formatMoney(totalCost, currency),
      sub: `${formatShare(coverage)} of samples known`,
    },
    {
      title: 'Change',
      value: changeText(change, currency),
      sub: previous.comparable
        ? `${changeShare === null ? '' : `${formatChange(changeShare)}; `}${before}`
        : `${formatShare(previous.coverage)} of the period before is known`,
    },
    ...(isWhole
      ? [
          {
            title: 'Idle',
            value: formatMoney(idle.totalCost, currency),
            sub:
              address.idle === 'share'
                ? 'spread over the rows'
                : `${formatShare(nodesCost > 0 ? idle.totalCost / nodesCost : null)} of the nodes’ cost`,
          },
        ]
      : []),
  ];
}

/** Unknown where nothing can be compared. */
function changeText(change: number | null, currency: string): string {
  return change === null ? 'unknown' : formatMoneyChange(change, currency);
}

function rows({ report }: ExploreView, address: ExploreAddress, page: PageContext): Html {
  const { currency } = page;
  const { totalCost, idle, previous, change } = report;
  const share = (cost: number) => (totalCost > 0 ? cost / totalCost : null);
  const sorted = (sort: CostSort, column: HtmlColumn<ComparedRow>): HtmlColumn<ComparedRow> => {
    const isSorted = address.sort === sort;
    const first = sort === 'name' ? 'asc' : 'desc';
    const order = isSorted ? (address.order === 'asc' ? 'desc' : 'asc') : first;
    return {
      ...column,
      href: exploreHref({ ...address, sort, order, offset: 0 }),
      sorted: isSorted ? (address.order === 'asc' ? 'ascending' : 'descending') : null,
    };
  };
  const columns = [
    sorted('name', {
      title: address.by.map(dimensionName).join(' / '),
      cell: (row) => nameCell(row, address),
    }),
    sorted(
      'cost',
      moneyColumn('Cost', currency, (row) => row.totalCost),
    ),
    { ...shareColumn<ComparedRow>('Share', (row) => share(row.totalCost)), isExtra: true },
    sorted('previous', {
      ...moneyColumn<ComparedRow>('Before', currency, (row) =>
        previous.coverage > 0 ? row.previousCost : null,
      ),
      isExtra: true,
    }),
    sorted(
      'change',
      numberColumn('Change', (row) => changeCell(row, currency)),
    ),
    sorted(
      'share',
      numberColumn('%', (row) => shareOfChange(row)),
    ),
    sorted('cpu', { ...moneyColumn('CPU', currency, (row) => row.cpuCost), isExtra: true }),
    sorted('memory', { ...moneyColumn('Memory', currency, (row) => row.ramCost), isExtra: true }),
    extra(numberColumn('Other', (row: ComparedRow) => formatMoney(otherCost(row), currency))),
    sorted(
      'efficiency',
      shareColumn('Efficiency', ({ efficiency }) => shownEfficiency(efficiency)),
    ),
    sorted('coverage', { ...shareColumn('Known', (row) => row.coverage), isExtra: true }),
  ];
  const money = (value: number) => formatMoney(value, currency);
  const before = (value: number) => (previous.coverage > 0 ? money(value) : 'unknown');
  const hasIdle = idle.totalCost !== 0 || previous.idleCost !== 0;
  const foot = [
    ...(hasIdle
      ? [
          [
            'Idle',
            money(idle.totalCost),
            formatShare(share(idle.totalCost)),
            before(previous.idleCost),
            changeText(previous.comparable ? idle.totalCost - previous.idleCost : null, currency),
            '',
            money(idle.cpuCost),
            money(idle.ramCost),
            money(idle.gpuCost),
          ],
        ]
      : []),
    [
      'Total',
      money(totalCost),
      formatShare(share(totalCost)),
      before(previous.totalCost),
      changeText(change, currency),
      report.changeShare === null ? '' : formatChange(report.changeShare),
    ],
  ];
  const empty = 'Nothing ran in this time, or nothing fits the filters.';
  return table('Costs', report.rows, columns, { empty, foot });
}

function nameCell(row: ComparedRow, address: ExploreAddress): Html {
  const { key, namespace, workload } = row;
  const parts = rowParts(row);
  const inside = key === FIXED_KEY || key === SHARED_KEY ? null : insideOf(address, parts);
  const name = parts.map((part) => ownValue(SPECIAL, part) ?? part).join(' / ');
  const last = address.by.at(-1);
  const page =
    namespace === undefined
      ? null
      : last === 'workload' && workload !== undefined
        ? html`<a href="${workloadPath(namespace, workload)}">charts</a>`
        : last === 'namespace' && namespaceLink(namespace, 'page');
  return html`<span
    >${inside === null ? name : html`<a href="${inside}">${name}</a>`}
    ${page !== null && page !== false && html`<small>${page}</small>`}</span
  >`;
}

/** Keys that stand for something else than a name. */
const SPECIAL: Readonly<Record<string, string>> = {
  '': '(none)',
  [UNALLOCATED]: '(none)',
  [SHARED_KEY]: 'Shared costs',
  [FIXED_KEY]: 'Fixed fees',
};

/** Everything beside CPU and memory. */
function otherCost(row: ComparedRow): number {
  const { gpuCost, storageCost, networkCost, loadBalancerCost, sharedCost } = row;
  return gpuCost + storageCost + networkCost + loadBalancerCost + sharedCost;
}

function changeCell({ change }: ComparedRow, currency: string): Html {
  const kind = change === null || change === 0 ? '' : change > 0 ? 'up' : 'down';
  return html`<span class="${kind}">${changeText(change, currency)}</span>`;
}

function shareOfChange({ change, changeShare }: ComparedRow): string {
  if (changeShare !== null) return formatChange(changeShare);
  return change === null || change === 0 ? '' : 'new';
}

function links(address: ExploreAddress): Html {
  const { offset: _, ...view } = address;
  const call = exploreHref({ ...view, offset: 0 }, '/api/v1/explore');
  return html`<span class="links"
    ><a href="${exploreHref(address)}">Link to this view</a> <a href="${call}&format=csv">CSV</a>
    <a href="${call}">JSON</a></span
  >`;
}

function footnote(report: ComparedReport, { filter }: ExploreAddress): Html {
  const { rows: all, previous, coverage } = report;
  const isUneven = previous.comparable && Math.abs(coverage - previous.coverage) > 0.005;
  const texts = [
    filter.length > 0 &&
      'With a filter, rows are what the selection itself costs: idle, shared namespaces and fixed fees stay out.',
    !previous.comparable &&
      'One of the two periods has much less data: their costs are not compared.',
    isUneven &&
      `${formatCoverage(coverage)} of this period is known and ${formatCoverage(previous.coverage)} of the one before: a part of the change is missing data.`,
    all.length >= PAGE_SIZE &&
      `Totals are of all rows, not only of these ${formatCount(PAGE_SIZE)}.`,
    '“Before” is the period of the same length that ends where this one begins.',
  ];
  return html`${texts.filter((text) => text !== false).map((text) => note(text))}`;
}
