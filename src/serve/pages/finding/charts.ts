import { html, raw } from 'hono/html';
import { formatTime, MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { drawPanel, type TimeFrame } from '../chart/panel.ts';
import { timeTicks } from '../chart/timeTicks.ts';
import { timeAxis } from '../chart/timeAxis.ts';
import { gapsOf } from '../chart/paths.ts';
import { marksLane, numberMarks, type Mark } from '../chart/marks.ts';
import type { Reading } from '../../../model/reading.ts';
import { fromCluster, spanText, withLocalTimes, type Clock, type Html } from '../text.ts';
import type { Span } from '../../series/span.ts';
import type { TaggedRange } from '../../series/readSeries.ts';
import { usagePanels } from './panels.ts';
import type { FindingView } from './readFinding.ts';
import type { TimelineEvent } from './timeline.ts';

const SOURCES: Readonly<Record<TaggedRange['source'], string>> = {
  prometheus: 'Prometheus',
  window: 'recorded windows',
  hour: 'recorded hours',
};

/**
 * The charts of a finding with their events: replaced as a whole when somebody zooms, so the same code draws
 * the first view and every other one.
 */
export function findingCharts(view: FindingView, clock: Clock): Html {
  const { finding, use, span, wholeSpan, events } = view;
  if (use === null)
    return html`<section class="card" id="charts">
      <h2>What it used</h2>
      <p class="note">This finding is not about one workload: there is no chart for it.</p>
    </section>`;
  const { times, ranges } = use.series;
  const marks = numberMarks(events, span);
  const resolutionMs = Math.max(...ranges.map((range) => range.resolutionMs), 5 * MINUTE_MS);
  const frame: TimeFrame = {
    ...span,
    times,
    stepMs: resolutionMs * 1.5,
    anomaly: { from: finding.startedAt, to: finding.resolvedAt ?? finding.lastSeen },
    marks: marks.map(({ at }) => at),
    ticks: timeTicks(span.from, span.to, clock.timezone, 9),
  };
  const panels = usagePanels(use.series, use.usual);
  const hasGaps = gapsOf(frame, use.series.columns.cpuUsageCores).length > 0;
  return html`<section
    class="card charts"
    id="charts"
    aria-labelledby="charts-title"
    data-from="${span.from}"
    data-to="${span.to}"
    data-whole-from="${wholeSpan.from}"
    data-whole-to="${wholeSpan.to}"
    data-fragment="/findings/${encodeURIComponent(finding.id)}/charts"
  >
    <div class="section-head">
      <h2 id="charts-title">What it used</h2>
      ${toolbar(view)}
    </div>
    <p class="range">
      ${clock.at(span.from)} to ${clock.at(span.to)} ${clock.zone}
      (${spanText(span.to - span.from)}).
      <span class="key anomaly"></span> shaded: the finding, since ${clock.at(finding.startedAt)}.
      ${hasGaps ? html`<span class="key missing"></span> grey: not measured, so unknown.` : ''}
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

function toolbar({ span, wholeSpan, finding }: FindingView): Html {
  const base = `/findings/${encodeURIComponent(finding.id)}`;
  const link = ({ from, to }: Span) =>
    `${base}?from=${encodeURIComponent(formatTime(from))}&to=${encodeURIComponent(formatTime(to))}#charts`;
  const onset = finding.startedAt;
  const around = (hours: number): Span => ({
    from: onset - hours * 3_600_000,
    to: onset + hours * 3_600_000,
  });
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
    <a
      class="button"
      data-span="${onset - 7_200_000},${onset + 7_200_000}"
      href="${link(around(2))}"
      >Onset ± 2 h</a
    >
    <a class="button" data-span="${wholeSpan.from},${wholeSpan.to}" href="${base}#charts">All</a>
  </div>`;
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
