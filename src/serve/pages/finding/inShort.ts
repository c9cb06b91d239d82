import { stretchOf } from '../../../detect/findings/stretch.ts';
import { html } from 'hono/html';
import type { Finding } from '../../../model/finding.ts';
import type { Reading } from '../../../model/reading.ts';
import { HOUR_MS } from '../../../model/time.ts';
import type { SeriesColumn } from '../../series/readSeries.ts';
import { fromCluster, type Clock, type Html } from '../text.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';
import { spendLine } from './spend.ts';
import { mean, within } from './useNow.ts';
import { formatCores, formatNumber, formatBytesPerSecond } from '../../../model/text/units.ts';

const BYTES: readonly SeriesColumn[] = [
  'networkReceiveBytesPerSecond',
  'networkTransmitBytesPerSecond',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
];
/** A change this near to the onset is told beside it. */
const NEAR_MS = HOUR_MS;
/** Less than this much more is no rise. */
const RISE = 1.3;
/** Its tenth percentile as a share of its ninetieth: above the one it is level, below the other it comes in bursts. */
const LEVEL = 0.85;
const BURSTS = 0.25;

type KnownView = FindingView & { readonly use: WorkloadUse };

/**
 * What happened, in plain sentences for whoever has never seen a chart of this: how CPU moved against its
 * usual, whether its traffic moved with it, and what changed just before.
 */
export function inShort(view: FindingView, currency: string, clock: Clock): Html | '' {
  const said = linesOf(view, currency, clock).filter((line) => line !== null);
  if (said.length === 0) return '';
  return html`<ul class="in-short" aria-label="In short">
    ${said.map((line) => html`<li>${line}</li>`)}
  </ul>`;
}

function linesOf(view: FindingView, currency: string, clock: Clock): readonly (Html | null)[] {
  const { use, spend, finding } = view;
  if (spend !== null) return [spendLine(finding, spend, currency)];
  if (use === null) return [];
  const known = { ...view, use };
  return [cpuLine(known, clock), trafficLine(known), changeLine(view)];
}

function cpuLine({ finding, use }: KnownView, clock: Clock): Html | null {
  const { cores, usualCores } = use.now;
  if (cores === null) return null;
  const since = clock.at(finding.startedAt);
  if (usualCores === null || usualCores <= 0) {
    if (finding.kind !== 'cryptojacking') return null;
    return html`Since ${since} it uses <strong>${formatCores(cores)}</strong> of
      CPU${rhythm(use, finding)}; what is usual is not known yet.`;
  }
  if (cores / usualCores < RISE) return null;
  return html`Since ${since} it uses <strong>${formatCores(cores)}</strong> of
    CPU${rhythm(use, finding)}; at this hour ${formatCores(usualCores)} are usual.`;
}

/** How its use looks since the onset, where that says something: level as a table, or in bursts. */
function rhythm({ series: { times, columns } }: WorkloadUse, finding: Finding): string {
  const { from, to } = stretchOf(finding);
  const known = within(times, columns.cpuUsageCores, from, to).toSorted((a, b) => a - b);
  if (known.length < 12) return '';
  const at = (share: number) => known[Math.floor(share * (known.length - 1))] ?? 0;
  const [low, high] = [at(0.1), at(0.9)];
  if (low > LEVEL * high) return ', hardly varying by day or night';
  return low < BURSTS * high ? `, in bursts of up to ${formatCores(high)}` : '';
}

/** Network and disk together, from the day before the onset and since. */
function trafficLine({ finding, use }: KnownView): Html | null {
  const { series, now } = use;
  const { times, columns } = series;
  const sums = times.map((_, index) =>
    BYTES.reduce<Reading>((sum, column) => {
      const value = columns[column][index] ?? null;
      return value === null ? sum : (sum ?? 0) + value;
    }, null),
  );
  const before = mean(within(times, sums, -Infinity, finding.startedAt));
  const since = mean(within(times, sums, finding.startedAt, Infinity));
  if (since === null || now.cores === null) return null;
  if (before === null || now.usualCores === null) {
    const isIdle = finding.evidence.some(({ family, weight }) => family === 'work' && weight > 0);
    return isIdle
      ? html`Network and disk move ${formatBytesPerSecond(since)} meanwhile: next to nothing for so
        much CPU.`
      : null;
  }
  const rise = before === 0 ? (since === 0 ? 1 : Infinity) : since / before;
  if (now.cores / now.usualCores < RISE) return null;
  return rise < RISE
    ? html`Network and disk did not grow with it (${formatBytesPerSecond(since)} since,
      ${formatBytesPerSecond(before)} before): the CPU moves no data.`
    : html`Network and disk grew to ${formatBytesPerSecond(since)} from
      ${formatBytesPerSecond(before)}${Number.isFinite(rise) ? ` (${formatNumber(Number(rise.toPrecision(2)))}×)` : ''}.`;
}

function changeLine({ events, finding }: FindingView): Html | null {
  const near = events.filter(
    ({ kind, at }) => kind === 'change' && Math.abs(at - finding.startedAt) <= NEAR_MS,
  );
  if (near.length === 0) return html`Nothing is known to have changed around the onset.`;
  return html`Around the onset:
  ${near
    .slice(0, 3)
    .map(({ text }) => fromCluster(text))
    .join('; ')}.`;
}
