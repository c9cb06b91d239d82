import { html, raw } from 'hono/html';
import { MINUTE_MS } from '../../../model/time.ts';
import type { TaggedRange, WorkloadSeries } from '../../series/readSeries.ts';
import type { UsualBand } from '../../../detect/usual.ts';
import type { TimelineEvent } from '../finding/timeline.ts';
import { type Clock, type Html } from '../text.ts';
import { chartData } from './chartData.ts';
import { eventList } from './eventList.ts';
import { marksLane, numberMarks } from './marks.ts';
import { drawPanel } from './panel.ts';
import type { TimeFrame } from './panelForm.ts';
import { gapsOf } from './paths.ts';
import { timeAxis } from './timeAxis.ts';
import { timeTicks } from './timeTicks.ts';
import { toolbar, type Zoom } from './toolbar.ts';
import { usagePanels } from './usagePanels.ts';
import { formatDuration } from '../../../model/text/units.ts';

const SOURCES: Readonly<Record<TaggedRange['source'], string>> = {
  prometheus: 'Prometheus',
  window: 'recorded windows',
  hour: 'recorded hours',
};

/** What a page's charts of use are drawn from. */
export interface UsageCharts extends Zoom {
  readonly series: WorkloadSeries;
  readonly usual: UsualBand | null;
  readonly events: readonly TimelineEvent[];
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
      (${formatDuration(span.to - span.from)}).
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

function sourceNote(ranges: readonly TaggedRange[]): string {
  const parts = ranges.map(
    ({ source, resolutionMs }) => `${SOURCES[source]} (one point: ${formatDuration(resolutionMs)})`,
  );
  const unique = [...new Set(parts)];
  return unique.length === 0 ? 'Nothing is known of this stretch.' : `From ${unique.join(', ')}.`;
}
