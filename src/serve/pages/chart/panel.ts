import {
  drawPlot,
  fitLines,
  highestOf,
  type PlotLine,
  type PlotTime,
} from '../../../model/chart/plot.ts';
import type { Band } from '../../../model/chart/paths.ts';
import {
  heightScale,
  valueScale,
  valueText,
  type Unit,
  type ValueScale,
} from '../../../model/chart/scale.ts';
import { folded, html, raw, type Html } from '../html.ts';
import type { Span, TimeMs } from '../../../model/time.ts';
import type { LocalClock } from '../clock.ts';

interface PanelLine extends PlotLine {
  readonly name: string;
}

/** One plot of a page with its title and legend; all panels of a page share their times. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly heightPx: number;
  /** The first line is what the panel is about: its gaps are shown as unknown. */
  readonly lines: readonly PanelLine[];
  readonly usual: Band | null;
  /** Stands below the plot. */
  readonly note: string | null;
  /** False where the chart stands among others' text: its title is no heading then. */
  readonly isHeading?: boolean;
}

/** Draws one panel. Text and lines keep their size at any width: only the paths are stretched. */
export function drawPanel(panel: Panel, time: PlotTime): Html {
  const { id, title, unit, heightPx, lines, usual, note, isHeading = true } = panel;
  const values = lines.flatMap((line) => line.values);
  if (values.every((value) => value === null))
    return emptyPanel(panel, 'Unknown: no data in this time range.');
  if (lines.every(({ shape }) => shape === 'bars') && values.every((value) => !value))
    return emptyPanel(panel, 'None in this time range.');
  const { drawn, far, highest } = fitLines(lines, usual);
  const scale = valueScale(highest, unit, heightPx);
  const plot = { time, heightPx, lines: drawn, known: lines[0]?.values ?? [], usual, scale };
  return figure(
    { id, title, legend: legend(panel, far), note, isHeading },
    html`${valueAxis(scale, heightPx, 7)}
    ${plotSvg(heightPx, describe(panel), drawPlot(plot, null))}`,
  );
}

/** A chart with its title and legend above and a note below. */
export function figure(
  {
    id,
    title,
    legend,
    note = null,
    isHeading = true,
  }: Pick<Panel, 'title' | 'isHeading'> & {
    readonly id?: string;
    readonly legend: Html;
    readonly note?: string | null;
  },
  chart: Html,
): Html {
  return html`<figure class="panel" ${id !== undefined && html`data-panel="${id}"`}>
    <figcaption>${heading(title, isHeading)} ${legend}</figcaption>
    <div class="chart">${chart}</div>
    ${note !== null && html`<p class="note">${note}</p>`}
  </figure>`;
}

function heading(title: string, isHeading: boolean): Html {
  return isHeading ? html`<h3>${title}</h3>` : html`<strong>${title}</strong>`;
}

/** What was drawn as an image with a description; it holds numbers and our own class names only. */
export function plotSvg(heightPx: number, description: string, drawn: string): Html {
  return html`<svg
    class="plot"
    width="100%"
    height="${heightPx}"
    role="img"
    aria-label="${description}"
  >
    ${raw(drawn)}
  </svg>`;
}

/** The labels at the left of a plot whose highest line has `topPx` above it. */
export function valueAxis(scale: ValueScale, heightPx: number, topPx: number): Html {
  const y = heightScale(scale, heightPx, topPx);
  return html`<svg class="axis" width="56" height="${heightPx}" aria-hidden="true">
    ${scale.ticks.map(({ value, text }) => {
      const at = Math.max(10, Math.min(heightPx - 2, y(value) + 4)).toFixed(1);
      return html`<text x="50" y="${at}" text-anchor="end">${text}</text>`;
    })}
  </svg>`;
}

/** The labels below a plot, each at its share of the width; every other one gives way on a narrow screen. */
export function labelsBelow(
  labels: readonly { readonly share: number; readonly text: string; readonly isDay?: boolean }[],
): Html {
  // Of several days their names are enough on a phone, else every second label.
  const isOfDays = labels.filter(({ isDay }) => isDay === true).length > 2;
  return html`<div class="chart axis time-axis" aria-hidden="true">
    <span></span>
    <svg width="100%" height="18">
      ${labels.map(({ share, text, isDay }, index) => {
        const anchor = share < 0.03 ? 'start' : share > 0.97 ? 'end' : 'middle';
        const kind = `${isDay === true ? 'day' : ''} ${isOfDays || index % 2 === 1 ? 'minor' : ''}`;
        const x = `${(share * 100).toFixed(2)}%`;
        return html`<text class="${kind}" x="${x}" y="13" text-anchor="${anchor}">${text}</text>`;
      })}
    </svg>
  </div>`;
}

/** The labels of a time axis. */
export function timeAxis({ from, to, ticks }: Pick<PlotTime, 'from' | 'to' | 'ticks'>): Html {
  return labelsBelow(
    ticks.map(({ at, ...tick }) => ({ ...tick, share: (at - from) / (to - from) })),
  );
}

function emptyPanel({ id, title, isHeading = true }: Panel, text: string): Html {
  return html`<figure class="panel empty" data-panel="${id}">
    <figcaption>${heading(title, isHeading)} <span class="note">${text}</span></figcaption>
  </figure>`;
}

/** What each line is; request and limit with their value, also where they lie beyond the scale. */
function legend({ lines, usual, unit }: Panel, far: readonly PanelLine[]): Html {
  return html`<ul class="legend">
    ${lines.map((line) => {
      const last = line.values.findLast((value) => value !== null) ?? null;
      // Kubernetes takes a request or a limit of nothing for none.
      const level = last === null || last === 0 ? 'not set' : valueText(last, unit);
      return html`<li>
        <span class="key ${line.tone}"></span
        >${line.name}${line.shape === 'step' && ` ${level}`}${far.includes(line) && ' (beyond the scale)'}
        <output data-line="${line.tone}"></output>
      </li>`;
    })}
    ${usual !== null && html`<li><span class="key band"></span>usual at this hour</li>`}
  </ul>`;
}

/** What the panel shows, for those who do not see it. */
function describe({ title, unit, lines }: Panel): string {
  const parts = lines.map(({ name, values }) => {
    const last = values.findLast((value) => value !== null) ?? null;
    if (last === null) return `${name} unknown`;
    return `${name} now ${valueText(last, unit)}, at most ${valueText(highestOf([values]), unit)}`;
  });
  return `${title} over ${lines[0]?.values.length ?? 0} points: ${parts.join('; ')}`;
}

/** Something that happened to a finding or its workload, for the axis and the list below it. */
export interface TimelineEvent {
  readonly at: TimeMs;
  readonly kind: 'change' | 'finding' | 'message' | 'person' | 'signal';
  readonly text: string;
}

interface NumberedEvent {
  readonly number: number;
  readonly event: TimelineEvent;
}

/** One mark on the axis: an event, or several that lie too close to tell apart. */
export interface Mark {
  readonly at: TimeMs;
  readonly items: readonly NumberedEvent[];
}

/** Marks nearer than this share of the width would cover each other. */
const APART = 0.035;

/** Numbers events in order and puts those together that would stand on each other. */
export function numberMarks(events: readonly TimelineEvent[], { from, to }: Span): readonly Mark[] {
  const marks: { at: TimeMs; items: NumberedEvent[] }[] = [];
  events.forEach((event, index) => {
    const item = { number: index + 1, event };
    const last = marks.at(-1);
    if (last !== undefined && (event.at - last.at) / (to - from) < APART) last.items.push(item);
    else marks.push({ at: event.at, items: [item] });
  });
  return marks;
}

/** The lane of numbered marks above a plot. */
export function marksLane(marks: readonly Mark[], { from, to }: Span): Html {
  return html`<div class="chart lane" aria-hidden="true">
    <span></span>
    <svg width="100%" height="24">
      ${marks.map(({ at, items }) => {
        const numbers = [items[0], items.at(-1)].map((item) => item?.number ?? 0);
        const text = [...new Set(numbers)].join('–');
        const x = `${(((at - from) / (to - from)) * 100).toFixed(2)}%`;
        return html`<svg x="${x}" overflow="visible" class="mark ${items[0]?.event.kind}">
          <rect
            x="${-5 - 4 * text.length}"
            y="2"
            width="${10 + 8 * text.length}"
            height="19"
            rx="9.5"
          />
          <text x="0" y="16" text-anchor="middle">${text}</text>
        </svg>`;
      })}
    </svg>
  </div>`;
}

/** More events than these are folded away. */
const SHOWN_EVENTS = 8;

/** The events whose numbers stand on the axis. */
export function eventList(marks: readonly Mark[], clock: LocalClock): Html {
  const items = marks
    .flatMap((mark) => mark.items)
    .map(
      ({ number, event }) =>
        html`<li class="event ${event.kind}">
          <span class="number">${number}</span>
          <span class="when">${clock.at(event.at)}</span>
          <span>${clock.localize(event.text)}</span>
        </li>`,
    );
  if (items.length === 0)
    return html`<p class="note events-none">No events in this time range.</p>`;
  const list = (some: readonly Html[]) =>
    html`<ol class="events">
      ${some}
    </ol>`;
  const more = items.length - SHOWN_EVENTS;
  return html`${list(items.slice(0, SHOWN_EVENTS))}
  ${more > 0 && folded(`${more} more events`, list(items.slice(SHOWN_EVENTS)))}`;
}
