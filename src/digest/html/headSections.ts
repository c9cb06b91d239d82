import { fromNano } from '../../model/money.ts';
import { daysChart, LIGHT, type DigestColors } from '../charts/digestCharts.ts';
import type { Digest, Reason } from '../../store/digests/digest.ts';
import { caveats } from '../text/sentences.ts';
import { changeText, driverText, toldReasons, weekText } from '../text/words.ts';
import { breakable, html, trusted, type Markup } from './markup.ts';
import {
  formatMoney,
  plural,
  formatCoverage,
  formatNano,
  formatShare,
  formatNanoChange,
} from '../../model/text/units.ts';

/** Colours as the page's style has them. */
const PAGE_COLORS: DigestColors = {
  ...LIGHT,
  background: 'none',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--line)',
  bar: 'var(--s0)',
  barBefore: 'var(--before)',
  series: [0, 1, 2, 3, 4].map((index) => `var(--s${index})`),
  others: 'var(--others)',
  idle: 'var(--idle)',
};

const REASONS = 8;

/** The week's bill, what it is compared with, and the figures that matter beside it. */
export function headSection(digest: Digest): Markup {
  const { cluster, week, total, currency, savings, efficiency, coverage } = digest;
  const change = changeText(total, currency);
  const up = total.beforeNano !== null && total.nano > total.beforeNano;
  const forecast = digest.forecast.find(({ budget }) => budget === null);
  const now = efficiency.weeks.at(-1)?.efficiency ?? null;
  const notes = caveats(digest);
  return html`<header>
    <p class="eyebrow">Burnwatch · weekly digest</p>
    <h1>${cluster} <span>week ${week.name}</span></h1>
    <p class="when">${weekText(digest)}</p>
    <div class="figures">
      <div class="figure main">
        <b>${formatNano(total.nano, currency)}</b>
        <span class="${up ? 'up' : 'down'}">${change === '' ? 'the first week' : change}</span>
      </div>
      ${figure(
        typeof forecast?.expected === 'number' ? formatMoney(forecast.expected, currency) : '–',
        forecast === undefined ? 'no forecast yet' : `expected in ${forecast.month}`,
      )}
      ${figure(formatMoney(savings.perMonth, currency), 'a month could be freed')}
      ${figure(formatShare(now), 'of requests used')}
      ${figure(formatCoverage(coverage.share), 'of the week seen')}
    </div>
    ${
      notes.length > 0 &&
      html`<ul class="notes">
        ${notes.map((note) => html`<li>${note}</li>`)}
      </ul>`
    }
  </header>`;
}

function figure(value: string, label: string): Markup {
  return html`<div class="figure"><b>${value}</b><span>${label}</span></div>`;
}

/** Why the bill changed, as parts that add up to the change. */
export function whySection({ total, currency }: Digest): Markup {
  if (total.beforeNano === null || total.reasons.length === 0) return html``;
  const { told, restNano, restCount } = toldReasons(total.reasons, REASONS);
  const largest = Math.max(1, ...total.reasons.map(({ nano }) => Math.abs(nano)));
  return html`<section>
    <h2>Why it changed</h2>
    <ul class="why">
      ${told.map((reason) => reasonRow(reason, largest, currency))}
      ${
        restCount > 0 &&
        html`<li>
          ${bar(restNano, largest)}
          <b>${formatNanoChange(restNano, currency)}</b>
          <span>${plural(restCount, 'smaller reason')}</span>
        </li>`
      }
      <li class="sum">
        <i></i>
        <b>${formatNanoChange(total.nano - total.beforeNano, currency)}</b>
        <span>against ${formatNano(total.beforeNano, currency)} the week before</span>
      </li>
    </ul>
  </section>`;
}

function reasonRow(reason: Reason, largest: number, currency: string): Markup {
  const { nano, names, count } = reason;
  const more = count - names.length;
  const label = driverText(reason);
  return html`<li>
    ${bar(nano, largest)}
    <b>${formatNanoChange(nano, currency)}</b>
    <span>
      ${label.charAt(0).toUpperCase() + label.slice(1)}
      ${
        names.length > 0 &&
        html`<small>${breakable(names.join(', '))}${more > 0 ? ` and ${more} more` : ''}</small>`
      }
    </span>
  </li>`;
}

/** A bar to the right for what adds, to the left for what takes away. */
function bar(nano: number, largest: number): Markup {
  const length = Math.max(1, Math.round((50 * Math.abs(nano)) / largest));
  const left = nano >= 0 ? 50 : 50 - length;
  return html`<svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
    <rect class="${nano >= 0 ? 'more' : 'less'}" x="${left}" y="1" width="${length}" height="10" />
    <rect class="axis" x="49.75" y="0" width="0.5" height="12" />
  </svg>`;
}

/** The days of both weeks; for a phone drawn half as wide, since small print is none. */
export function chartSection(digest: Digest): Markup {
  const wide = daysChart(digest, PAGE_COLORS);
  const narrow = daysChart(digest, PAGE_COLORS, 'narrow');
  if (wide === null || narrow === null) return html``;
  const label = `Cost of each day: ${digest.days.series
    .map(({ key, nano }) => `${key} ${nano.map((each) => fromNano(each).toFixed(2)).join(' ')}`)
    .join('; ')}`;
  return html`<section class="chart">
    <figure class="wide" role="img" aria-label="${label}">${trusted(wide)}</figure>
    <figure class="narrow" role="img" aria-label="${label}">${trusted(narrow)}</figure>
  </section>`;
}
