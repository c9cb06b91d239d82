import { html } from 'hono/html';
import type { Html } from '../text.ts';
import type { TimeFrame } from './panelForm.ts';

/** The labels below a plot; every other one gives way on a narrow screen. */
export function timeAxis({ from, to, ticks }: Pick<TimeFrame, 'from' | 'to' | 'ticks'>): Html {
  return html`<div class="chart time-axis" aria-hidden="true">
    <span></span>
    <svg width="100%" height="18">
      ${ticks.map(({ at, text, isDay }, index) => {
        const percent = ((at - from) / (to - from)) * 100;
        const anchor = percent < 3 ? 'start' : percent > 97 ? 'end' : 'middle';
        const kind = `${isDay ? 'day' : ''} ${index % 2 === 1 ? 'minor' : ''}`;
        return html`<text class="${kind}" x="${percent.toFixed(2)}%" y="13" text-anchor="${anchor}"
          >${text}</text
        >`;
      })}
    </svg>
  </div>`;
}
