import { html } from 'hono/html';
import type { TimeMs } from '../../../model/time.ts';
import type { TimelineEvent } from '../finding/timeline.ts';
import type { Html } from '../text.ts';
import type { Span } from '../../../model/time.ts';

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
        const first = items[0];
        const last = items.at(-1);
        const text =
          first === last
            ? `${first?.number ?? ''}`
            : `${first?.number ?? ''}–${last?.number ?? ''}`;
        const x = `${(((at - from) / (to - from)) * 100).toFixed(2)}%`;
        return html`<svg x="${x}" overflow="visible" class="mark ${first?.event.kind ?? ''}">
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
