import { html } from 'hono/html';
import type { Html } from '../text.ts';
import { legend } from './legend.ts';
import { highestOf, splitLevels } from './levels.ts';
import type { Panel, TimeFrame } from './panelForm.ts';
import type { Frame } from './paths.ts';
import { drawPlot, WIDTH } from './plot.ts';
import { scaleFor, type Scale } from './scale.ts';

/**
 * Draws one panel. Text and lines keep their size at any width: only the paths are stretched, and everything
 * else stands at percentages, so that no script and no inline style is needed.
 */
export function drawPanel(panel: Panel, time: TimeFrame): Html {
  const known = panel.lines.some(({ values }) => values.some((value) => value !== null));
  if (!known) return emptyPanel(panel, 'Unknown: nothing of this was measured in this stretch.');
  if (panel.lines.every(({ shape, values }) => shape === 'bars' && values.every((value) => !value)))
    return emptyPanel(panel, 'None in this stretch.');
  const { lines, far } = splitLevels(panel);
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
      ${axis(scale, frame, panel.heightPx)} ${drawPlot(panel, lines, scale, frame, time)}
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

function axis(scale: Scale, frame: Frame, heightPx: number): Html {
  return html`<svg class="axis" width="56" height="${heightPx}" aria-hidden="true">
    ${scale.ticks.map(({ value, text }) => {
      const y = Math.max(10, Math.min(heightPx - 2, frame.y(value) + 4)).toFixed(1);
      return html`<text x="50" y="${y}" text-anchor="end">${text}</text>`;
    })}
  </svg>`;
}
