import { html } from 'hono/html';
import type { Html } from './text.ts';

/** How long and why: the part of the form that every silence asks for. */
export function silenceFields(): Html {
  return html`<label
      >For
      <select name="for">
        <option value="4h">4 hours</option>
        <option value="24h" selected>24 hours</option>
        <option value="7d">7 days</option>
        <option value="30d">30 days</option>
      </select></label
    >
    <label>Reason <input name="reason" required maxlength="500" autocomplete="off" /></label>`;
}
