import { html } from 'hono/html';
import { formatTime, HOUR_MS, type TimeMs, type Span } from '../../../model/time.ts';
import type { Html } from '../text.ts';

const AROUND_ONSET_MS = 2 * HOUR_MS;

/** What charts show of what they could show. */
export interface Zoom {
  readonly span: Span;
  /** The span that is shown when nothing is chosen. */
  readonly wholeSpan: Span;
  /** Shaded: where something is wrong; null where nothing is. */
  readonly anomaly: Span | null;
  /** Address of the page; the charts alone are under `/charts` of it. */
  readonly path: string;
}

/** Zooming as links, which the script takes over: without it they load the page anew. */
export function toolbar({ span, wholeSpan, anomaly, path }: Zoom): Html {
  const link = ({ from, to }: Span) =>
    `${path}?from=${encodeURIComponent(formatTime(from))}&to=${encodeURIComponent(formatTime(to))}#charts`;
  const middle = (span.from + span.to) / 2;
  const length = span.to - span.from;
  const zoomed = (factor: number): Span => ({
    from: Math.round(middle - (length * factor) / 2),
    to: Math.round(middle + (length * factor) / 2),
  });
  const moved = (share: number): Span => ({
    from: Math.round(span.from + share * length),
    to: Math.round(span.to + share * length),
  });
  return html`<div class="toolbar" role="group" aria-label="Zoom">
    <a class="button" data-zoom="left" href="${link(moved(-0.5))}" aria-label="Earlier">←</a>
    <a class="button" data-zoom="right" href="${link(moved(0.5))}" aria-label="Later">→</a>
    <a class="button" data-zoom="in" href="${link(zoomed(0.5))}" aria-label="Zoom in">+</a>
    <a class="button" data-zoom="out" href="${link(zoomed(2))}" aria-label="Zoom out">−</a>
    ${anomaly === null ? '' : onsetButton(anomaly.from, link)}
    <a class="button" data-span="${wholeSpan.from},${wholeSpan.to}" href="${path}#charts">All</a>
  </div>`;
}

function onsetButton(onset: TimeMs, link: (span: Span) => string): Html {
  const around = { from: onset - AROUND_ONSET_MS, to: onset + AROUND_ONSET_MS };
  return html`<a class="button" data-span="${around.from},${around.to}" href="${link(around)}"
    >Onset ± 2 h</a
  >`;
}
