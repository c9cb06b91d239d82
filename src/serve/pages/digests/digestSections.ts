import { dailyCost } from '../../../digest/digestPicture.ts';
import {
  abuseText,
  budgetState,
  caveats,
  dataText,
  efficiencyText,
  findingText,
  forecastName,
  forecastText,
  gapText,
  ownerTexts,
  postureText,
  priceTexts,
  savingName,
  savingsText,
} from '../../../digest/text/sentences.ts';
import {
  changeText,
  driverText,
  shownReasons,
  weekText,
  whyText,
} from '../../../digest/text/words.ts';
import {
  columnShare,
  drawStackedColumns,
  isLabelled,
  stackLayers,
} from '../../../model/chart/stack.ts';
import {
  formatCoverage,
  formatMoney,
  formatNano,
  formatNanoChange,
  formatNumber,
  formatShare,
  plural,
} from '../../../model/text/units.ts';
import type {
  Digest,
  ForecastLine,
  Reason,
  Saving,
  Amount,
  Spend,
} from '../../../store/digests/digest.ts';
import { figure, labelsBelow, plotSvg, valueAxis } from '../chart/panel.ts';
import { layerLegend } from '../chart/spendChart.ts';
import {
  badge,
  card,
  extra,
  folded,
  html,
  numberColumn,
  plainList,
  table,
  tiles,
  type Html,
  type HtmlColumn,
} from '../html.ts';
import { centsText } from '../../../digest/text/centsThatAdd.ts';
import { spendRows, type SpendRow } from '../../../digest/text/spendRows.ts';

const REASONS = 8;
const CHART_HEIGHT = 240;
const MOST_DAYS = 8;

/** The week's bill, what it is compared with, and the figures that matter beside it. */
export function headSection(digest: Digest): Html {
  const { cluster, week, total, currency, savings, efficiency, coverage, forecast } = digest;
  const change = changeText(total, currency);
  const isUp = total.beforeNano !== null && total.nano > total.beforeNano;
  const month = forecast.find(({ budget }) => budget === null);
  const expected = month?.expected ?? null;
  return html`<h1>${cluster} <small>week ${week.name}</small></h1>
    <p class="note">Weekly digest, ${weekText(digest)}</p>
    ${tiles([
      {
        title: 'Cost',
        value: formatNano(total.nano, currency),
        sub: html`<span class="${isUp ? 'up' : 'down'}"
          >${change === '' ? 'the first week' : change}</span
        >`,
      },
      {
        title: month === undefined ? 'Forecast' : `Forecast for ${month.month}`,
        value: expected === null ? '–' : formatMoney(expected, currency),
        sub: expected === null ? 'no forecast yet' : 'expected',
      },
      {
        title: 'Requests to free',
        value: formatMoney(savings.perMonth, currency),
        sub: 'a month',
      },
      {
        title: 'Efficiency',
        value: formatShare(efficiency.weeks.at(-1)?.efficiency ?? null),
        sub: 'of requests used',
      },
      { title: 'Data', value: formatCoverage(coverage.share), sub: 'of expected samples' },
    ])}
    ${caveats(digest).map((text) => html`<p class="note warn">${text}</p>`)}`;
}

/** Why the bill changed, as parts that add up to the change. */
export function whySection({ total, currency }: Digest): Html | null {
  if (total.beforeNano === null || total.reasons.length === 0) return null;
  const { largest: largestReasons, restNano, restCount } = shownReasons(total.reasons, REASONS);
  const largest = Math.max(1, ...total.reasons.map(({ nano }) => Math.abs(nano)));
  const row = (nano: number, label: Html | string) =>
    html`<li>
      ${changeBar(nano, largest)} <b>${formatNanoChange(nano, currency)}</b> <span>${label}</span>
    </li>`;
  return card(
    'Why it changed',
    html`<ul class="why">
      ${largestReasons.map((reason) => row(reason.nano, reasonLabel(reason)))}
      ${restCount > 0 && row(restNano, plural(restCount, 'smaller reason'))}
      <li class="sum">
        <i></i>
        <b>${formatNanoChange(total.nano - total.beforeNano, currency)}</b>
        <span>against ${formatNano(total.beforeNano, currency)} the week before</span>
      </li>
    </ul>`,
  );
}

function reasonLabel(reason: Reason): Html {
  const { names, count } = reason;
  const more = count - names.length;
  const label = driverText(reason);
  return html`${label.charAt(0).toUpperCase() + label.slice(1)}
  ${names.length > 0 && html`<small>${names.join(', ')}${more > 0 && ` and ${more} more`}</small>`}`;
}

/** A bar to the right for a rise, to the left for a fall. */
function changeBar(nano: number, largest: number): Html {
  const length = Math.max(1, Math.round((50 * Math.abs(nano)) / largest));
  const left = nano >= 0 ? 50 : 50 - length;
  return html`<svg width="100%" height="12" aria-hidden="true">
    <rect
      class="${nano >= 0 ? 'more' : 'less'}"
      x="${left}%"
      y="1"
      width="${length}%"
      height="10"
    />
    <line class="zero" x1="50%" x2="50%" y1="0" y2="12" />
  </svg>`;
}

/** The cost of each day of both weeks. */
export function chartSection(digest: Digest): Html | null {
  const daily = dailyCost(digest);
  if (daily === null) return null;
  const { title, layers, labels, before } = daily;
  const stack = stackLayers(layers, CHART_HEIGHT, formatNumber);
  const description = layers
    .map(({ name, values }) => `${name} ${values.map((value) => value.toFixed(2)).join(' ')}`)
    .join('; ');
  const below = labels.flatMap((text, index) =>
    isLabelled(index, labels.length, MOST_DAYS)
      ? [{ share: columnShare(index, labels.length), text }]
      : [],
  );
  const chart = figure(
    { title: before > 0 ? `${title}, the week before faint` : title, legend: layerLegend(layers) },
    html`${valueAxis(stack.scale, CHART_HEIGHT, 6)}
    ${plotSvg(CHART_HEIGHT, `${title}: ${description}`, drawStackedColumns(stack, before, null))}`,
  );
  return card('Spend', html`${chart} ${labelsBelow(below)}`);
}

const BUDGET_BADGES = {
  over: badge('over budget', 'critical'),
  near: badge('may go over', 'warning'),
  fine: null,
  none: null,
} as const;

/** The forecast of the month against its budgets. */
export function forecastSection({ forecast, currency, clusters }: Digest): Html | null {
  if (forecast.length === 0) return null;
  return card(
    'Forecast to the month’s end',
    html`<ul class="budgets">
      ${forecast.map(
        (line) =>
          html`<li>
            <strong>${forecastName(line, clusters ? 'All clusters' : 'Whole cluster')}</strong>
            ${BUDGET_BADGES[budgetState(line)]}
            <p class="note">${forecastText(line, currency)}</p>
            ${line.monthly !== null && gauge(line, line.monthly)}
          </li>`,
      )}
    </ul>`,
  );
}

/** Spent, expected with its interval, and where the budget ends. */
function gauge({ spent, expected, low, high }: ForecastLine, monthly: number): Html {
  const most = Math.max(monthly, high ?? spent, spent) * 1.04;
  const at = (value: number) => `${((100 * value) / most).toFixed(2)}%`;
  return html`<svg class="gauge" width="100%" height="14" aria-hidden="true">
    <rect class="room" y="3" width="100%" height="8" />
    ${expected !== null && html`<rect class="stack before" y="3" width="${at(expected)}" height="8" />`}
    <rect class="stack s1" y="3" width="${at(spent)}" height="8" />
    ${
      low !== null &&
      high !== null &&
      html`<line class="limit" x1="${at(low)}" x2="${at(high)}" y1="7" y2="7" />`
    }
    <line class="limit" x1="${at(monthly)}" x2="${at(monthly)}" y1="0" y2="14" />
  </svg>`;
}

/** The best recommendations with their commands. */
export function savingsSection({ savings, currency }: Digest): Html {
  return card(
    'Savings',
    html`<p>${savingsText(savings, currency)}.</p>
      ${savings.top.map((saving) => savingPart(saving, currency))}`,
  );
}

function savingPart(saving: Saving, currency: string): Html {
  const { owner, perMonth, changes, confidence, notes, patch } = saving;
  return html`<article>
    <h3>${savingName(saving)}</h3>
    <p>
      <strong class="down">${formatMoney(perMonth, currency)} a month</strong>
      <small>${confidence} confidence${owner !== null && ` · ${owner}`}</small>
    </p>
    <ul class="plain">
      ${changes.map((change) => html`<li>${change}</li>`)}
      ${notes.map((text) => html`<li class="note">${text}</li>`)}
    </ul>
    <pre tabindex="0"><code>${patch}</code></pre>
  </article>`;
}

const WEEK_HEIGHT = 56;

/** Efficiency over the weeks, as columns. */
export function efficiencySection({ efficiency }: Digest): Html {
  const column = (share: number) => {
    const height = WEEK_HEIGHT * Math.min(1, share);
    return html`<rect
      class="stack s1"
      width="100%"
      y="${(WEEK_HEIGHT - height).toFixed(1)}"
      height="${height.toFixed(1)}"
    />`;
  };
  return card(
    'Efficiency',
    html`<p>${efficiencyText(efficiency)}.</p>
      <ol class="weeks">
        ${efficiency.weeks.map(
          ({ name, efficiency: share }) =>
            html`<li>
              <svg width="100%" height="${WEEK_HEIGHT}" aria-hidden="true">
                <rect class="room" width="100%" height="${WEEK_HEIGHT}" />
                ${share !== null && column(share)}
              </svg>
              <strong>${share === null ? '–' : formatShare(share)}</strong>
              <small>${name.slice(5)}</small>
            </li>`,
        )}
      </ol>`,
  );
}

/** Abuse and posture in a line each, then the other findings. */
export function attentionSection({ abuse, posture, findings, currency }: Digest): Html {
  const tone = abuse.critical > 0 ? 'critical' : abuse.open > 0 ? 'warning' : 'good';
  return card(
    'Needs attention',
    html`<dl class="table">
      ${term('Abuse', html`${badge(abuse.open, tone)} ${abuseText(abuse, currency)}.`)}
      ${term('Posture', `${postureText(posture)}.`)}
      ${findings.length > 0 && term('Findings', plainList(findings.map(findingText)))}
    </dl>`,
  );
}

/** How far the figures can be trusted, and what is missing. */
export function dataSection(digest: Digest): Html {
  const { coverage, timezone } = digest;
  const sentences = (texts: readonly string[]) => plainList(texts.map((text) => `${text}.`));
  const owners = ownerTexts(digest);
  const prices = priceTexts(digest);
  const more = coverage.gapCount - coverage.gaps.length;
  const gaps = coverage.gaps.map((gap) => gapText(gap, timezone));
  return card(
    'Data',
    html`<dl class="table">
      ${term('Coverage', html`${dataText(digest)}. ${plainList(more > 0 ? [...gaps, `and ${more} shorter ones`] : gaps)}`)}
      ${owners.length > 0 && term('Owners', sentences(owners))}
      ${prices.length > 0 && term('Prices', sentences(prices))}
    </dl>`,
  );
}

function term(name: string, description: Html | string): Html {
  return html`<dt>${name}</dt>
    <dd>${description}</dd>`;
}

/** Rows that are shown at once; the rest folds away. */
const SHOWN = 20;

/** Who spent what, with the week before and why it changed; adds up to the bill to the cent. */
export function spendSection(
  title: string,
  rowTitle: string,
  spends: readonly Spend[],
  { currency }: Digest,
  idle: Amount | null,
): Html {
  const all = spendRows(spends, idle);
  const [rows, total] = [all.slice(0, -1), all.at(-1)!];
  const beforeText = ({ centsBefore }: SpendRow) =>
    centsBefore === null ? '–' : centsText(centsBefore);
  const largest = Math.max(1, ...rows.flatMap((row) => [row.nano, row.beforeNano ?? 0]));
  const columns: readonly HtmlColumn<SpendRow>[] = [
    { title: rowTitle, cell: (row) => html`<strong>${row.name}</strong>${bars(row, largest)}` },
    { title: 'This week', isNumber: true, cell: (row) => centsText(row.cents) },
    extra(numberColumn('Last week', beforeText)),
    { title: 'Change', isNumber: true, cell: (row) => changeOf(row, currency) },
    extra(
      numberColumn('Used', ({ efficiency }) =>
        efficiency === null ? '' : formatShare(efficiency),
      ),
    ),
    {
      title: 'Why',
      cell: ({ reasons, name }) => whyText(reasons, currency, { count: 2, within: name }),
    },
  ];
  const hidden = rows.length > SHOWN + 2 ? rows.slice(SHOWN, -1) : [];
  const open = rows.filter((row) => !hidden.includes(row));
  const foot = [
    `Total${hidden.length > 0 ? `, with ${hidden.length} below` : ''}`,
    centsText(total.cents),
    beforeText(total),
    changeOf(total, currency),
    '',
    '',
  ];
  return card(
    title,
    html`${table(title, open, columns, { foot: [foot] })}
    ${hidden.length > 0 && folded(`${hidden.length} more`, table(`${title}, the rest`, hidden, columns))}`,
    { kind: 'spend' },
  );
}

function changeOf(amount: Amount, currency: string): Html | '' {
  const { nano, beforeNano } = amount;
  if (beforeNano === null) return '';
  const kind = nano === beforeNano ? '' : nano > beforeNano ? 'up' : 'down';
  return html`<span class="${kind}">${changeText(amount, currency)}</span>`;
}

/** This week as a bar, the week before as a thinner one below it. */
function bars({ nano, beforeNano }: SpendRow, largest: number): Html {
  const width = (value: number) => `${((100 * Math.max(0, value)) / largest).toFixed(2)}%`;
  return html`<svg class="bars" width="100%" height="9" aria-hidden="true">
    <rect class="stack s1" width="${width(nano)}" height="5" />
    ${
      beforeNano !== null &&
      html`<rect class="stack before" y="6" width="${width(beforeNano)}" height="3" />`
    }
  </svg>`;
}
