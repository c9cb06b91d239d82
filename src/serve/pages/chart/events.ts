import type { Span, TimeMs } from '../../../model/time.ts';
import type { Clock } from '../clock.ts';
import { html, type Html } from '../html.ts';

/** Something that happened to a finding or its workload, for the axis and the list below it. */
export interface TimelineEvent {
  readonly at: TimeMs;
  readonly kind: 'change' | 'finding' | 'message' | 'person';
  readonly text: string;
}

interface NumberedEvent {
  readonly number: number;
  readonly event: TimelineEvent;
}

/** One mark on the axis: an event, or several that lie too close to be told apart. */
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
const SHOWN = 8;

/** The events whose numbers stand on the axis. */
export function eventList(marks: readonly Mark[], clock: Clock): Html {
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
  const more = items.length - SHOWN;
  return html`${list(items.slice(0, SHOWN))}
  ${
    more > 0 &&
    html`<details>
      <summary>${more} more events</summary>
      ${list(items.slice(SHOWN))}
    </details>`
  }`;
}
