import { html } from 'hono/html';
import type { Html } from '../text.ts';
import type { Line, Panel } from './panelForm.ts';
import { valueText } from './scale.ts';

/** What each line is; levels with their value, also those that lie beyond the scale. */
export function legend({ lines, band, unit }: Panel, far: ReadonlySet<Line>): Html {
  return html`<ul class="legend">
    ${lines.map((line) => {
      const last = line.values.findLast((value) => value !== null) ?? null;
      const isLevel = line.shape === 'step';
      // A request or a limit of nothing is none.
      const value = isLevel
        ? ` ${last === null || last === 0 ? 'not set' : valueText(last, unit)}`
        : '';
      const beyond = far.has(line) ? ' (beyond the scale)' : '';
      return html`<li>
        <span class="key ${line.tone} ${line.shape}"></span>${line.name}${value}${beyond}
        <output data-line="${line.tone}"></output>
      </li>`;
    })}
    ${band === null ? '' : html`<li><span class="key band"></span>usual at this hour</li>`}
  </ul>`;
}
