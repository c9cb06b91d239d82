import { html, raw } from 'hono/html';
import type { TimeMs } from '../../../model/time.ts';
import type { Html } from '../text.ts';
import { describePanel } from './levels.ts';
import type { Line, Panel, TimeFrame } from './panelForm.ts';
import { areaPath, bandPath, gapsOf, linePath, type Frame } from './paths.ts';
import type { Scale } from './scale.ts';

/** The plot is drawn on a canvas of this size and stretched to whatever width there is. */
export const WIDTH = 1_000;

/** Grid, gaps, the anomaly, the paths and the marks of one panel. */
export function drawPlot(
  panel: Panel,
  lines: readonly Line[],
  scale: Scale,
  frame: Frame,
  time: TimeFrame,
): Html {
  const { heightPx } = panel;
  const main = lines[0]?.values ?? [];
  const percent = (at: TimeMs) => percentOf(frame, at);
  const wide = (from: TimeMs, to: TimeMs) => widthOf(frame, from, to);
  return html`<svg
    class="plot"
    width="100%"
    height="${heightPx}"
    role="img"
    aria-label="${describePanel(panel, time)}"
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
    ${anomaly(panel, frame, time)}
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

/** The finding's stretch, and a line where it began if that is in sight. */
function anomaly({ heightPx }: Panel, frame: Frame, time: TimeFrame): Html | '' {
  if (time.anomaly === null) return '';
  const { from, to } = time.anomaly;
  if (to <= time.from || from >= time.to) return '';
  const start = Math.max(time.from, from);
  const x = percentOf(frame, start);
  const width = widthOf(frame, start, Math.min(time.to, to));
  const onset = html`<line class="onset" x1="${x}" x2="${x}" y1="0" y2="${heightPx}" />`;
  return html`<rect class="anomaly" x="${x}" width="${width}" y="0" height="${heightPx}" />${
      from >= time.from ? onset : ''
    }`;
}

function percentOf(frame: Frame, at: TimeMs): string {
  return `${clip((frame.x(at) / WIDTH) * 100)}%`;
}

function widthOf(frame: Frame, from: TimeMs, to: TimeMs): string {
  return `${clip(((frame.x(to) - frame.x(from)) / WIDTH) * 100)}%`;
}

function clip(percent: number): string {
  return Math.max(0, Math.min(100, percent)).toFixed(3);
}
