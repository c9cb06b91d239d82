import { gapsOf } from '../../../model/chart/paths.ts';
import type { PlotLine, PlotTime } from '../../../model/chart/plot.ts';
import { timeTicks } from '../../../model/chart/scale.ts';
import type { Reading } from '../../../model/reading.ts';
import { formatDuration } from '../../../model/text/units.ts';
import { formatTime, HOUR_MS, MINUTE_MS, type Span, type TimeMs } from '../../../model/time.ts';
import type { TaggedRange, WorkloadSeries } from '../../series/readSeries.ts';
import type { UsualBand } from '../../../detect/usual/usual.ts';
import type { LocalClock } from '../clock.ts';
import { html, raw, type Html } from '../html.ts';
import {
  eventList,
  marksLane,
  numberMarks,
  drawPanel,
  timeAxis,
  type Mark,
  type TimelineEvent,
  type Panel,
} from './panel.ts';

const MAX_TICKS = 9;
/** Points further apart than this many of their steps have a gap between them. */
const GAP_STEPS = 1.5;
const AROUND_ONSET_MS = 2 * HOUR_MS;

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
  /** The span that is shown when none is chosen. */
  readonly wholeSpan: Span;
  /** Shaded: where the finding says that something is wrong. */
  readonly anomaly: Span | null;
  /** What the finding is about: drawn first and large. */
  readonly lead?: 'cpu' | 'memory';
  /** Address of the page; the charts alone are under `/charts` of it. */
  readonly path: string;
}

/**
 * The charts of what a workload used, with its events. Zooming replaces them as a whole, so the same code draws the
 * first view and every other one.
 */
export function usageCharts(view: UsageCharts, clock: LocalClock): Html {
  const { series, span, wholeSpan, events, anomaly, path } = view;
  const { times, ranges } = series;
  const marks = numberMarks(events, span);
  const time = timeOf(view, marks, clock);
  const panels = usagePanels(view);
  const [first, ...rest] = panels.map((panel) => drawPanel(panel, time));
  const hasGaps = gapsOf(time, series.columns.cpuUsageCores).length > 0;
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
      <h2 id="charts-title">Resource usage</h2>
      ${toolbar(view)}
    </div>
    <p class="range">
      ${clock.at(span.from)} to ${clock.at(span.to)} ${clock.zone}
      (${formatDuration(span.to - span.from)}).
      ${anomaly !== null && html`<span class="key anomaly"></span> shaded: the finding, since ${clock.at(anomaly.from)}.`}
      ${hasGaps && html`<span class="key missing"></span> grey: no data.`}
    </p>
    <div
      class="zoomable"
      tabindex="0"
      role="group"
      aria-label="Charts. Left and right move the cursor, plus and minus zoom, Shift with left and right pans, 0 shows all."
    >
      <p class="cursor" aria-live="polite"></p>
      ${marksLane(marks, span)} ${first} ${timeAxis(time)} ${eventList(marks, clock)} ${rest}
      ${timeAxis(time)}
    </div>
    <p class="note">
      ${sourceNote(ranges)} Drag across the charts to zoom; with the keyboard: + − ← → and 0.
    </p>
    <script type="application/json" class="chart-data">
      ${raw(cursorData(times, panels, clock))}
    </script>
  </section>`;
}

function timeOf(
  { series: { times, ranges }, span, anomaly }: UsageCharts,
  marks: readonly Mark[],
  clock: LocalClock,
): PlotTime {
  const resolutionMs = Math.max(...ranges.map((range) => range.resolutionMs), 5 * MINUTE_MS);
  return {
    ...span,
    times,
    stepMs: resolutionMs * GAP_STEPS,
    anomaly,
    marks: marks.map(({ at }) => at),
    ticks: timeTicks(span.from, span.to, clock.timezone, MAX_TICKS),
  };
}

/** The first chart alone, low: what one sees at a glance. */
export function glanceChart(view: UsageCharts, clock: LocalClock, heightPx: number): Html {
  const time = timeOf(view, [], clock);
  const panel = usagePanels(view)[0]!;
  return html`${drawPanel({ ...panel, id: 'glance', heightPx, isHeading: false }, time)}${timeAxis(time)}`;
}

function sourceNote(ranges: readonly TaggedRange[]): string {
  const parts = ranges.map(
    ({ source, resolutionMs }) => `${SOURCES[source]} (one point: ${formatDuration(resolutionMs)})`,
  );
  const unique = [...new Set(parts)];
  return unique.length === 0 ? 'No data in this time range.' : `From ${unique.join(', ')}.`;
}

/** Zooming as links, which the script takes over: without it they load the page anew. */
function toolbar({ span, wholeSpan, anomaly, path }: UsageCharts): Html {
  const { from, to } = span;
  const length = to - from;
  const button = (zoom: string, name: string, text: string, startShare: number, endShare: number) =>
    html`<a
      class="button"
      data-zoom="${zoom}"
      href="${zoomLink(path, from + startShare * length, to + endShare * length)}"
      aria-label="${name}"
      >${text}</a
    >`;
  return html`<div class="toolbar" role="group" aria-label="Zoom">
    ${button('left', 'Earlier', '←', -0.5, -0.5)} ${button('right', 'Later', '→', 0.5, 0.5)}
    ${button('in', 'Zoom in', '+', 0.25, -0.25)} ${button('out', 'Zoom out', '−', -0.5, 0.5)}
    ${anomaly !== null && onsetButton(anomaly.from, path)}
    <a class="button" data-span="${wholeSpan.from},${wholeSpan.to}" href="${path}#charts">All</a>
  </div>`;
}

function onsetButton(onset: TimeMs, path: string): Html {
  const [from, to] = [onset - AROUND_ONSET_MS, onset + AROUND_ONSET_MS];
  return html`<a class="button" data-span="${from},${to}" href="${zoomLink(path, from, to)}"
    >Onset ± 2 h</a
  >`;
}

function zoomLink(path: string, from: TimeMs, to: TimeMs): string {
  const text = (at: TimeMs) => encodeURIComponent(formatTime(Math.round(at)));
  return `${path}?from=${text(from)}&to=${text(to)}#charts`;
}

/** What the cursor reads out: numbers with their unit, to three figures, as JSON. */
function cursorData(times: readonly TimeMs[], panels: readonly Panel[], clock: LocalClock): string {
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

/** A level that never changes is sent once. */
function packed(values: readonly Reading[]): readonly Reading[] | Reading {
  const rounded = values.map((value) => (value === null ? null : Number(value.toPrecision(3))));
  const [first = null] = rounded;
  return rounded.every((value) => value === first) ? first : rounded;
}

/** What a workload used, top to bottom: what it is about first and large, what explains it below. */
function usagePanels({
  series: { columns, ranges },
  usual,
  lead = 'cpu',
}: UsageCharts): readonly Panel[] {
  const hasHours = ranges.some(({ source }) => source === 'hour');
  const isUsualKnown = usual?.high.some((value) => value !== null) === true;
  const panel = (id: string, title: string, unit: Panel['unit'], lines: Panel['lines']): Panel => ({
    id,
    title,
    unit,
    lines,
    heightPx: 84,
    usual: null,
    note: null,
  });
  const line = (
    name: string,
    tone: PlotLine['tone'],
    shape: PlotLine['shape'],
    values: readonly Reading[],
  ) => ({ name, tone, shape, values });
  const [cpuPx, memoryPx] = lead === 'memory' ? [84, 230] : [230, 84];
  const cpu = {
    ...panel('cpu', 'CPU, all pods', 'cores', [
      line('used', 'use', 'area', columns.cpuUsageCores),
      line('request', 'request', 'step', columns.cpuRequestCores),
      line('limit', 'limit', 'step', columns.cpuLimitCores),
    ]),
    heightPx: cpuPx,
    usual: isUsualKnown ? usual : null,
    note:
      usual === null || isUsualKnown
        ? null
        : 'Usual use is not known yet: it needs three days of data before the onset.',
  };
  const memory = {
    ...panel('memory', 'Memory, all pods', 'bytes', [
      line('working set', 'use', 'area', columns.ramUsageBytes),
      line('request', 'request', 'step', columns.ramRequestBytes),
      line('limit', 'limit', 'step', columns.ramLimitBytes),
    ]),
    heightPx: memoryPx,
  };
  return [
    ...(lead === 'memory' ? [memory, cpu] : [cpu, memory]),
    panel('network', 'Network, all pods', 'bytesPerSecond', [
      line('received', 'in', 'line', columns.networkReceiveBytesPerSecond),
      line('sent', 'out', 'line', columns.networkTransmitBytesPerSecond),
    ]),
    panel('disk', 'Disk, all pods', 'bytesPerSecond', [
      line('read', 'in', 'line', columns.diskReadBytesPerSecond),
      line('written', 'out', 'line', columns.diskWriteBytesPerSecond),
    ]),
    {
      ...panel('throttling', 'CPU throttling, all pods', 'share', [
        line('share of periods', 'use', 'area', columns.throttledShare),
      ]),
      heightPx: 64,
    },
    {
      ...panel('restarts', 'Restarts, all pods', 'count', [
        line('restarts', 'limit', 'bars', columns.restarts),
      ]),
      heightPx: 48,
      note: hasHours ? 'Hourly data hold no limits, disk, throttling or restarts.' : null,
    },
  ];
}
