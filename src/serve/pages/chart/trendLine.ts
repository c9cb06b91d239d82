import { html, type Html } from '../html.ts';

const WIDTH = 84;
const HEIGHT = 22;
/** Half the line’s width, so that its edges stay inside. */
const INSET = 1.5;

/** A line as high as a row, without axes; nothing for less than two values. `label` says it in words. */
export function trendLine(values: readonly number[], label: string): Html {
  if (values.length < 2) return html``;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, index) => {
    const x = INSET + (index / (values.length - 1)) * (WIDTH - 2 * INSET);
    const share = most === least ? 0.5 : (value - least) / (most - least);
    return `${x.toFixed(1)} ${(HEIGHT - INSET - share * (HEIGHT - 2 * INSET)).toFixed(1)}`;
  });
  return html`<svg
    class="trend"
    width="${WIDTH}"
    height="${HEIGHT}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${label}"
  >
    <path class="line" d="M${points.join('L')}" />
  </svg>`;
}
