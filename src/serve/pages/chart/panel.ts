import { html, raw } from 'hono/html';
import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { Html } from '../text.ts';
import { areaPath, bandPath, gapsOf, linePath, type Frame } from './paths.ts';
import { scaleFor, valueText, type Scale, type Unit } from './scale.ts';
import type { TimeTick } from './timeTicks.ts';

/** One measured or configured quantity over the times of its chart. */
export interface Line {
  readonly name: string;
  /** Its colour, by what it means: `use`, `peak`, `request`, `limit`, `in`, `out`. */
  readonly tone: 'use' | 'peak' | 'request' | 'limit' | 'in' | 'out';
  readonly shape: 'area' | 'line' | 'step' | 'bars';
  readonly values: readonly Reading[];
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly heightPx: number;
  /** The first line is what the panel is about: its gaps are shown as unknown. */
  readonly lines: readonly Line[];
  /** What is usual, from low to high, at each time. */
  readonly band: { readonly low: readonly Reading[]; readonly high: readonly Reading[] } | null;
  /** Said below the title. */
  readonly note: string | null;
}

/** What all panels of a chart share. */
export interface TimeFrame {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly times: readonly TimeMs[];
  /** Longest distance of two points that belong together. */
  readonly stepMs: number;
  readonly anomaly: { readonly from: TimeMs; readonly to: TimeMs } | null;
  readonly marks: readonly TimeMs[];
  readonly ticks: readonly TimeTick[];
}

/** The plot is drawn on a canvas of this size and stretched to whatever width there is. */
const WIDTH = 1_000;
/** A level this many times above all use would press the line flat: it is named, not drawn. */
const FAR_ABOVE = 3;

/**
 * Draws one panel. Text and lines keep their size at any width: only the paths are stretched, and everything
 * else stands at percentages, so that no script and no inline style is needed.
 */
export function drawPanel(panel: Panel, time: TimeFrame): Html {
  const known = panel.lines.some(({ values }) => values.some((value) => value !== null));
  if (!known) return emptyPanel(panel, 'Unknown: nothing of this was measured in this stretch.');
  if (panel.lines.every(({ shape, values }) => shape === 'bars' && values.every((value) => !value)))
    return emptyPanel(panel, 'None in this stretch.');
  const { lines, far } = split(panel);
  const scale = scaleFor(highestOf(lines, panel), panel.unit, panel.heightPx > 150 ? 4 : 2);
  const frame: Frame = {
    x: (at) => ((at - time.from) / (time.to - time.from)) * WIDTH,
    y: (value) =>
      panel.heightPx - 1 - (Math.min(value, scale.max) / scale.max) * (panel.heightPx - 8),
    bottom: panel.heightPx - 1,
    stepMs: time.stepMs,
  };
  return html`<figure class="panel" data-panel="${panel.id}">
    <figcaption>
      <h3>${panel.title}</h3>
      ${legend(panel, far)}
    </figcaption>
    <div class="chart">
      ${axis(scale, frame, panel.heightPx)} ${plot(panel, lines, scale, frame, time)}
    </div>
    ${panel.note === null ? '' : html`<p class="note">${panel.note}</p>`}
  </figure>`;
}

function emptyPanel({ id, title }: Panel, text: string): Html {
  return html`<figure class="panel empty" data-panel="${id}">
    <figcaption>
      <h3>${title}</h3>
      <span class="note">${text}</span>
    </figcaption>
  </figure>`;
}

function plot(
  panel: Panel,
  lines: readonly Line[],
  scale: Scale,
  frame: Frame,
  time: TimeFrame,
): Html {
  const { heightPx } = panel;
  const main = lines[0]?.values ?? [];
  const percent = (at: TimeMs) => `${clip((frame.x(at) / WIDTH) * 100)}%`;
  const wide = (from: TimeMs, to: TimeMs) =>
    `${clip(((frame.x(to) - frame.x(from)) / WIDTH) * 100)}%`;
  return html`<svg
    class="plot"
    width="100%"
    height="${heightPx}"
    role="img"
    aria-label="${describe(panel, time)}"
  >
    ${scale.ticks.map(({ value }) => {
      const y = frame.y(value).toFixed(1);
      return html`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}" />`;
    })}
    ${time.ticks.map(
      ({ at, isDay }) =>
        html`<line
          class="${isDay ? 'grid day' : 'grid hour'}"
          x1="${percent(at)}"
          x2="${percent(at)}"
          y1="0"
          y2="${heightPx}"
        />`,
    )}
    ${gapsOf(time, main).map(
      ({ from, to }) =>
        html`<rect
          class="gap"
          x="${percent(from)}"
          width="${wide(from, to)}"
          y="0"
          height="${heightPx}"
        >
          <title>No data</title>
        </rect>`,
    )}
    ${
      time.anomaly === null
        ? ''
        : html`<rect
              class="anomaly"
              x="${percent(time.anomaly.from)}"
              width="${wide(Math.max(time.from, time.anomaly.from), Math.min(time.to, time.anomaly.to))}"
              y="0"
              height="${heightPx}"
            /><line
              class="onset"
              x1="${percent(time.anomaly.from)}"
              x2="${percent(time.anomaly.from)}"
              y1="0"
              y2="${heightPx}"
            />`
    }
    <svg
      viewBox="0 0 ${WIDTH} ${heightPx}"
      preserveAspectRatio="none"
      width="100%"
      height="${heightPx}"
    >
      ${raw(pathsOf(panel, lines, frame, time))}
    </svg>
    ${time.marks.map(
      (at) =>
        html`<line class="mark" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="${heightPx}" />`,
    )}
  </svg>`;
}

/** Numbers and our own class names only: nothing in it comes from the cluster. */
function pathsOf(panel: Panel, lines: readonly Line[], frame: Frame, { times }: TimeFrame): string {
  const band = panel.band === null ? '' : path('band', bandPath(times, panel.band, frame));
  const drawn = lines.map(({ shape, tone, values }) => {
    const line = linePath(times, values, frame, shape);
    if (shape !== 'area') return path(`line ${tone}`, line);
    return path(`area ${tone}`, areaPath(times, values, frame)) + path(`line ${tone}`, line);
  });
  return band + drawn.toReversed().join('');
}

function path(kind: string, d: string): string {
  return d === '' ? '' : `<path class="${kind}" d="${d}"/>`;
}

function axis(scale: Scale, frame: Frame, heightPx: number): Html {
  return html`<svg class="axis" width="56" height="${heightPx}" aria-hidden="true">
    ${scale.ticks.map(({ value, text }) => {
      const y = Math.max(10, Math.min(heightPx - 2, frame.y(value) + 4)).toFixed(1);
      return html`<text x="50" y="${y}" text-anchor="end">${text}</text>`;
    })}
  </svg>`;
}

function legend({ lines, band, unit }: Panel, far: ReadonlySet<Line>): Html {
  return html`<ul class="legend">
    ${lines.map((line) => {
      const last = line.values.findLast((value) => value !== null) ?? null;
      const isLevel = line.shape === 'step';
      const value = isLevel ? ` ${last === null ? 'not set' : valueText(last, unit)}` : '';
      const beyond = far.has(line) ? ' (beyond the scale)' : '';
      return html`<li>
        <span class="key ${line.tone} ${line.shape}"></span>${line.name}${value}${beyond}
        <output data-line="${line.tone}"></output>
      </li>`;
    })}
    ${band === null ? '' : html`<li><span class="key band"></span>usual at this hour</li>`}
  </ul>`;
}

/** Request and limit are drawn where they do not press everything else flat. */
function split(panel: Panel): { readonly lines: readonly Line[]; readonly far: ReadonlySet<Line> } {
  const used = highestOf(
    panel.lines.filter(({ shape }) => shape !== 'step'),
    panel,
  );
  const far = new Set(
    panel.lines.filter(
      ({ shape, values }) => shape === 'step' && Math.max(...known(values)) > FAR_ABOVE * used,
    ),
  );
  return { lines: panel.lines.filter((line) => !far.has(line)), far };
}

function highestOf(lines: readonly Line[], { band }: Panel): number {
  return [...lines.map(({ values }) => values), band?.high ?? []].reduce(
    (highest, values) => known(values).reduce((max, value) => Math.max(max, value), highest),
    0,
  );
}

function known(values: readonly Reading[]): readonly number[] {
  return values.filter((value) => value !== null);
}

/** What the panel shows, for those who do not see it. */
function describe({ title, unit, lines }: Panel, { times }: TimeFrame): string {
  const parts = lines.map(({ name, values }) => {
    const numbers = known(values);
    if (numbers.length === 0) return `${name} unknown`;
    const last = valueText(numbers.at(-1) ?? null, unit);
    const highest = numbers.reduce((max, value) => Math.max(max, value), 0);
    return `${name} ${last} at last, ${valueText(highest, unit)} at most`;
  });
  return `${title} over ${times.length} points: ${parts.join('; ')}`;
}

function clip(percent: number): string {
  return Math.max(0, Math.min(100, percent)).toFixed(3);
}
