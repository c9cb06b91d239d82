import type { CostSort } from '../../../cost/report/compareCosts.ts';
import { formatCostFilter } from '../../../store/costFilter.ts';
import { COST_DIMENSIONS } from '../../../store/costTable.ts';
import { html, select, type Html } from '../html.ts';
import { exploreHref, type ExploreAddress } from './exploreAddress.ts';

const WINDOWS = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  today: 'Today',
  yesterday: 'Yesterday',
  week: 'This week',
  lastweek: 'Last week',
  month: 'This month',
  lastmonth: 'Last month',
} as const;

const SORTS = {
  cost: 'Cost',
  previous: 'Cost before',
  change: 'Change',
  share: 'Change in %',
  cpu: 'CPU cost',
  memory: 'Memory cost',
  efficiency: 'Efficiency',
  coverage: 'Known',
  name: 'Name',
} as const satisfies Record<CostSort, string>;

const OPERATORS = { '=': 'is', '!=': 'is not', '=~': 'matches', '!~': 'does not match' } as const;

/** A dimension as people read it. */
export function dimensionName(dimension: string): string {
  return dimension.replace(/^label:/, 'label ');
}

interface Choices {
  /** Names of labels. */
  readonly labels: readonly string[];
  readonly hasShared: boolean;
  readonly isWhole: boolean;
}

/** What is asked for: the form needs no script, and every field is a part of the address. */
export function exploreForm(address: ExploreAddress, choices: Choices): Html {
  const { window, from, to, by, filter, idle, shared, sort, order } = address;
  const known = [...COST_DIMENSIONS, ...choices.labels.map((name) => `label:${name}`), ...by];
  const dimensions = Object.fromEntries(known.map((one) => [one, dimensionName(one)]));
  const filters = Object.fromEntries(
    Object.entries(dimensions).filter(([dimension]) => dimension !== 'cluster'),
  );
  const windows = {
    ...(window === undefined ? { '': 'From – to' } : {}),
    ...WINDOWS,
    ...(window === undefined || window in WINDOWS ? {} : { [window]: window }),
  };
  const none = { '': '–' };
  return html`<form method="get" action="/explore" class="card explore" role="search">
    <div class="fields">
      <label>Time ${select('window', windows, window ?? '')}</label>
      <label>By ${select('by', dimensions, by[0] ?? '')}</label>
      <label>Then by ${select('by', { ...none, ...dimensions }, by[1] ?? '')}</label>
      ${by.slice(2).map((one) => html`<input type="hidden" name="by" value="${one}" />`)}
      ${
        choices.isWhole &&
        html`<label
          >Idle
          ${select('idle', { separate: 'On its own', share: 'Spread over rows' }, idle)}</label
        >`
      }
      ${
        choices.hasShared &&
        choices.isWhole &&
        html`<label
          >Shared costs
          ${select('shared', { spread: 'Spread over rows', show: 'Rows of their own' }, shared)}</label
        >`
      }
      <label>Sort by ${select('sort', SORTS, sort)}</label>
      <label>Order ${select('order', { desc: 'Highest first', asc: 'Lowest first' }, order)}</label>
    </div>
    <details ${(filter.length > 0 || from !== undefined) && html`open`}>
      <summary>Filter, other times</summary>
      ${
        filter.length > 0 &&
        html`<ul class="chips">
          ${filter.map((one) => {
            const text = formatCostFilter(one);
            const rest = filter.filter((other) => other !== one);
            return html`<li>
              <input type="hidden" name="filter" value="${text}" /><code>${text}</code>
              <a
                href="${exploreHref({ ...address, filter: rest, offset: 0 })}"
                aria-label="Remove the filter ${text}"
                >×</a
              >
            </li>`;
          })}
        </ul>`
      }
      <div class="fields">
        <label>Only where ${select('what', { ...none, ...filters }, '')}</label>
        <label>Comparison ${select('how', OPERATORS, '=')}</label>
        <label
          >Value
          <input
            name="value"
            maxlength="500"
            autocomplete="off"
            placeholder="shop, or a regular expression"
        /></label>
        <label
          >From (UTC)
          <input name="from" value="${from ?? ''}" maxlength="40" placeholder="2026-11-01" />
        </label>
        <label
          >To <input name="to" value="${to ?? ''}" maxlength="40" placeholder="2026-11-08"
        /></label>
      </div>
    </details>
    <button class="primary">Show</button>
  </form>`;
}
