import { html } from 'hono/html';
import type { Reading } from '../../../model/reading.ts';
import { HOUR_MS } from '../../../model/time.ts';
import type { SeriesColumn } from '../../series/readSeries.ts';
import { coresText, figure, fromCluster, rateText, type Clock, type Html } from '../text.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';

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

/**
 * What happened, in plain sentences for whoever has never seen a chart of this: how CPU moved against its
 * usual, whether its traffic moved with it, and what changed just before.
 */
export function inShort(view: FindingView, clock: Clock): Html | '' {
  const { use, finding } = view;
  if (use === null) return '';
  const lines = [cpuLine(use, finding.startedAt, clock), trafficLine(view, use), changeLine(view)];
  const said = lines.filter((line) => line !== null);
  if (said.length === 0) return '';
  return html`<ul class="in-short" aria-label="In short">
    ${said.map((line) => html`<li>${line}</li>`)}
  </ul>`;
}

function cpuLine({ now }: WorkloadUse, startedAt: number, clock: Clock): Html | null {
  const { cores, usualCores } = now;
  if (cores === null || usualCores === null || usualCores <= 0) return null;
  const times = cores / usualCores;
  if (times < RISE) return null;
  return html`Since ${clock.at(startedAt)} it uses <strong>${coresText(cores)}</strong> of CPU; at
    this hour ${coresText(usualCores)} are usual.`;
}

/** Network and disk together, from the day before the onset and since. */
function trafficLine({ finding }: FindingView, { series, now }: WorkloadUse): Html | null {
  const { times, columns } = series;
  const sums = times.map((_, index) =>
    BYTES.reduce<Reading>((sum, column) => {
      const value = columns[column][index] ?? null;
      return value === null ? sum : (sum ?? 0) + value;
    }, null),
  );
  const before = mean(sums.filter((_, index) => (times[index] ?? 0) <= finding.startedAt));
  const since = mean(sums.filter((_, index) => (times[index] ?? 0) > finding.startedAt));
  if (before === null || since === null || now.usualCores === null || now.cores === null)
    return null;
  const rise = before === 0 ? (since === 0 ? 1 : Infinity) : since / before;
  if (now.cores / now.usualCores < RISE) return null;
  return rise < RISE
    ? html`Network and disk did not grow with it (${rateText(since)} since, ${rateText(before)}
      before): the CPU moves no data.`
    : html`Network and disk grew to ${rateText(since)} from
      ${rateText(before)}${Number.isFinite(rise) ? ` (${figure(Number(rise.toPrecision(2)))}×)` : ''}.`;
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

function mean(values: readonly Reading[]): Reading {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
