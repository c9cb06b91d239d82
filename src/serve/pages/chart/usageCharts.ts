import { html, raw } from 'hono/html';
import { formatTime, MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { drawPanel, type TimeFrame } from './panel.ts';
import { timeTicks } from './timeTicks.ts';
import { timeAxis } from './timeAxis.ts';
import { gapsOf } from './paths.ts';
import { marksLane, numberMarks, type Mark } from './marks.ts';
import type { Reading } from '../../../model/reading.ts';
import { fromCluster, spanText, withLocalTimes, type Clock, type Html } from '../text.ts';
import type { Span } from '../../series/span.ts';
import type { TaggedRange, WorkloadSeries } from '../../series/readSeries.ts';
import { usagePanels } from './usagePanels.ts';
import type { TimelineEvent } from '../finding/timeline.ts';
import type { UsualBand } from '../../series/usual.ts';

const AROUND_ONSET_MS = 2 * 3_600_000;

const SOURCES: Readonly<Record<TaggedRange['source'], string>> = {
  prometheus: 'Prometheus',
  window: 'recorded windows',
  hour: 'recorded hours',
};

/** What a page's charts of use are drawn from. */
export interface UsageCharts {
  readonly series: WorkloadSeries;
  readonly usual: UsualBand | null;
  readonly events: readonly TimelineEvent[];
  readonly span: Span;
  /** The span that is shown when nothing is chosen. */
  readonly wholeSpan: Span;
  /** Shaded: where something is wrong; null where nothing is. */
  readonly anomaly: Span | null;
  /** Address of the page; the charts alone are under `/charts` of it. */
  readonly path: string;
}

/**
 * The charts of what a workload used, with its events: replaced as a whole when somebody zooms, so the same
 * code draws the first view and every other one.
 */
export function usageCharts(view: UsageCharts, clock: Clock): Html {
  const { series, usual, span, wholeSpan, events, anomaly, path } = view;
  const { times, ranges } = series;
  const marks = numberMarks(events, span);
  const resolutionMs = Math.max(...ranges.map((range) => range.resolutionMs), 5 * MINUTE_MS);
  const frame: TimeFrame = {
    ...span,
    times,
    stepMs: resolutionMs * 1.5,
    anomaly,
    marks: marks.map(({ at }) => at),
    ticks: timeTicks(span.from, span.to, clock.timezone, 9),
  };
  const panels = usagePanels(series, usual);
  const hasGaps = gapsOf(frame, series.columns.cpuUsageCores).length > 0;
  return html`<section
    class="card charts"
    id="charts"
    aria-labelledby="charts-title"
    data-from="${span.from}"
    data-to="${span.to}"
    data-whole-from="${wholeSpan.from}"
    data-whole-to="${wholeSpan.to}"
    data-fragment="${path}/charts"
  >
    <div class="section-head">
      <h2 id="charts-title">What it used</h2>
      ${toolbar(view)}
    </div>
    <p class="range">
      ${clock.at(span.from)} to ${clock.at(span.to)} ${clock.zone}
      (${spanText(span.to - span.from)}).
      ${anomaly === null ? '' : html`<span class="key anomaly"></span> shaded: the finding, since ${clock.at(anomaly.from)}.`}
      ${hasGaps ? html`<span class="key missing"></span> grey: nothing was measured, so it is unknown.` : ''}
    </p>
    <div
      class="zoomable"
      tabindex="0"
      role="group"
      aria-label="Charts. Left and right move the cursor, plus and minus zoom, Shift with left and right pans, 0 shows all."
    >
      <p class="cursor" aria-live="polite"></p>
      ${marksLane(marks, span)} ${panels.slice(0, 1).map((panel) => drawPanel(panel, frame))}
      ${timeAxis(frame)} ${eventList(events, marks, clock)}
      ${panels.slice(1).map((panel) => drawPanel(panel, frame))} ${timeAxis(frame)}
    </div>
    <p class="note">
      ${sourceNote(ranges)} Drag across the charts to zoom; with the keyboard: + − ← → and 0.
    </p>
    <script type="application/json" class="chart-data">
      ${raw(chartData(times, panels, clock))}
    </script>
  </section>`;
}

function toolbar({ span, wholeSpan, anomaly, path }: UsageCharts): Html {
  const link = ({ from, to }: Span) =>
    `${path}?from=${encodeURIComponent(formatTime(from))}&to=${encodeURIComponent(formatTime(to))}#charts`;
  const middle = (span.from + span.to) / 2;
  const length = span.to - span.from;
  const zoomed = (factor: number): Span => ({
    from: Math.round(middle - (length * factor) / 2),
    to: Math.round(middle + (length * factor) / 2),
  });
  const moved = (share: number): Span => ({
    from: Math.round(span.from + share * length),
    to: Math.round(span.to + share * length),
  });
  return html`<div class="toolbar" role="group" aria-label="Zoom">
    <a class="button" data-zoom="left" href="${link(moved(-0.5))}" aria-label="Earlier">←</a>
    <a class="button" data-zoom="right" href="${link(moved(0.5))}" aria-label="Later">→</a>
    <a class="button" data-zoom="in" href="${link(zoomed(0.5))}" aria-label="Zoom in">+</a>
    <a class="button" data-zoom="out" href="${link(zoomed(2))}" aria-label="Zoom out">−</a>
    ${anomaly === null ? '' : onsetButton(anomaly.from, link)}
    <a class="button" data-span="${wholeSpan.from},${wholeSpan.to}" href="${path}#charts">All</a>
  </div>`;
}

function onsetButton(onset: TimeMs, link: (span: Span) => string): Html {
  const around = { from: onset - AROUND_ONSET_MS, to: onset + AROUND_ONSET_MS };
  return html`<a class="button" data-span="${around.from},${around.to}" href="${link(around)}"
    >Onset ± 2 h</a
  >`;
}

function eventList(events: readonly TimelineEvent[], marks: readonly Mark[], clock: Clock): Html {
  if (events.length === 0)
    return html`<p class="note events-none">No events in this stretch are known.</p>`;
  const numbers = marks.flatMap(({ items }) => items);
  const items = numbers.map(
    ({ number, event }) =>
      html`<li class="event ${event.kind}">
        <span class="number">${number}</span>
        <span class="when">${clock.at(event.at)}</span>
        <span>${withLocalTimes(fromCluster(event.text), clock)}</span>
      </li>`,
  );
  return html`<ol class="events">
      ${items.slice(0, 8)}
    </ol>
    ${
      items.length <= 8
        ? ''
        : html`<details>
            <summary>${items.length - 8} more events</summary>
            <ol class="events">
              ${items.slice(8)}
            </ol>
          </details>`
    }`;
}

function sourceNote(ranges: readonly TaggedRange[]): string {
  const parts = ranges.map(
    ({ source, resolutionMs }) => `${SOURCES[source]} (one point: ${spanText(resolutionMs)})`,
  );
  const unique = [...new Set(parts)];
  return unique.length === 0 ? 'Nothing is known of this stretch.' : `From ${unique.join(', ')}.`;
}

/** What the cursor reads out: numbers with their unit, to three figures. */
function chartData(
  times: readonly TimeMs[],
  panels: ReturnType<typeof usagePanels>,
  clock: Clock,
): string {
  const data = {
    times,
    timezone: clock.timezone,
    zone: clock.zone,
    panels: Object.fromEntries(
      panels.map(({ id, unit, lines }) => [
        id,
        {
          unit,
          lines: Object.fromEntries(lines.map(({ tone, values }) => [tone, packed(values)])),
        },
      ]),
    ),
  };
  // Inside a script element only `<` could end it.
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** A level that never changes is said once. */
function packed(values: readonly Reading[]): readonly Reading[] | Reading {
  const rounded = values.map((value) => (value === null ? null : Number(value.toPrecision(3))));
  const [first = null] = rounded;
  return rounded.every((value) => value === first) ? first : rounded;
}
