import { html } from 'hono/html';
import type { TimelineEvent } from '../finding/timeline.ts';
import { fromCluster, withLocalTimes, type Clock, type Html } from '../text.ts';
import type { Mark } from './marks.ts';

/** More events than these are folded away. */
const SHOWN = 8;

/** What the numbers on the axis stand for. */
export function eventList(
  events: readonly TimelineEvent[],
  marks: readonly Mark[],
  clock: Clock,
): Html {
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
      ${items.slice(0, SHOWN)}
    </ol>
    ${
      items.length <= SHOWN
        ? ''
        : html`<details>
            <summary>${items.length - SHOWN} more events</summary>
            <ol class="events">
              ${items.slice(SHOWN)}
            </ol>
          </details>`
    }`;
}
