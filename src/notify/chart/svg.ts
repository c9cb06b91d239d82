/** Escapes text for SVG; what XML cannot hold at all is dropped. */
export function svgText(text: string): string {
  return text
    .replace(/[^\u0020-\uD7FF\uE000-\uFFFD]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A coordinate with one decimal: enough for the eye, light on bytes. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** About `count` round values that cover 0…max: 1, 2 or 5 times a power of ten apart. */
export function niceTicks(max: number, count: number): readonly number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let index = 0; index * step < max + step * 0.999; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** Colours of a chart; a page gives CSS variables, so that it follows the reader's light or dark. */
export type ChartColors = Readonly<Record<keyof typeof COLORS, string>>;

export const COLORS = {
  background: '#ffffff',
  ink: '#1d2433',
  muted: '#6b7486',
  grid: '#e6e9ef',
  line: '#2456d6',
  anomaly: '#d92d20',
  anomalyFill: '#fdecea',
  normal: '#dbe6fb',
  request: '#0e8a5f',
  limit: '#8a4bd0',
  bar: '#2456d6',
  barBefore: '#c3cbdb',
} as const;
