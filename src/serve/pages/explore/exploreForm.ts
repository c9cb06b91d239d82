import type { CostSort } from '../../../cost/report/compareCosts.ts';
import { formatCostFilter } from '../../../store/costFilter.ts';
import { COST_DIMENSIONS } from '../../../store/costTable.ts';
import { choice, html, textField, type Html } from '../html.ts';
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
const IDLE = { separate: 'On its own', share: 'Spread over rows' } as const;
const SHARED = { spread: 'Spread over rows', show: 'Rows of their own' } as const;
const ORDERS = { desc: 'Highest first', asc: 'Lowest first' } as const;

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
      ${choice('Time', 'window', windows, window ?? '')}
      ${choice('By', 'by', dimensions, by[0] ?? '')}
      ${choice('Then by', 'by', { ...none, ...dimensions }, by[1] ?? '')}
      ${by.slice(2).map((one) => html`<input type="hidden" name="by" value="${one}" />`)}
      ${choices.isWhole && choice('Idle', 'idle', IDLE, idle)}
      ${choices.hasShared && choices.isWhole && choice('Shared costs', 'shared', SHARED, shared)}
      ${choice('Sort by', 'sort', SORTS, sort)} ${choice('Order', 'order', ORDERS, order)}
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
        ${choice('Only where', 'what', { ...none, ...filters }, '')}
        ${choice('Comparison', 'how', OPERATORS, '=')}
        ${textField('Value', 'value', 500, { example: 'shop, or a regular expression' })}
        ${textField('From (UTC)', 'from', 40, { value: from ?? '', example: '2026-11-01' })}
        ${textField('To', 'to', 40, { value: to ?? '', example: '2026-11-08' })}
      </div>
    </details>
    <button class="primary">Show</button>
  </form>`;
}
