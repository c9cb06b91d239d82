import type { Evaluation } from './evaluation.ts';
import type { Share } from './stats.ts';

const WIDTH = 800;
const HEIGHT = 380;
const LEFT = 60;
const RIGHT = 280;
const TOP = 24;
const BOTTOM = 56;

interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly { readonly share: number; readonly value: Share }[];
}

/** Recall against the share of the limit that the miner takes, with 95 % intervals, as SVG. */
export function renderCurve({ byShare }: Evaluation): string {
  const lines: readonly Line[] = [
    {
      name: 'warning or more',
      color: '#0b6e4f',
      points: byShare.map(({ share, recall }) => ({ share, value: recall.warning })),
    },
    {
      name: 'steady ones, within two hours',
      color: '#c26a00',
      points: byShare.map(({ share, recall }) => ({ share, value: recall.within2Hours })),
    },
    {
      name: 'deployed: critical in time',
      color: '#a3123a',
      points: byShare.map(({ share, recall }) => ({ share, value: recall.deployedCritical })),
    },
  ];
  const shares = byShare.map(({ share }) => share).sort((a, b) => a - b);
  const x = (share: number): number =>
    LEFT +
    ((Math.log(share) - Math.log(shares[0] ?? 0.1)) /
      (Math.log(shares.at(-1) ?? 1) - Math.log(shares[0] ?? 0.1))) *
      (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + (1 - value) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Recall against the share of the limit" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (value) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#d8d8d8"/><text x="${LEFT - 10}" y="${y(value) + 4}" text-anchor="end" fill="#333">${value * 100} %</text>`,
    ),
    ...shares.map(
      (share) =>
        `<text x="${x(share)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#333">${Math.round(share * 100)} %</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle" fill="#333">share of the limit that the miner takes</text>`,
    ...lines.flatMap((line, index) => drawLine(line, index, x, y)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function drawLine(
  { name, color, points }: Line,
  index: number,
  x: (share: number) => number,
  y: (value: number) => number,
): readonly string[] {
  const known = points.filter(({ value }) => value.of > 0);
  // Intervals stand side by side instead of on top of each other.
  const shift = (index - 1) * 5;
  const at = ({ share, value }: (typeof known)[number]): string =>
    `${(x(share) + shift).toFixed(1)},${y(value.value).toFixed(1)}`;
  const legend = TOP + 10 + index * 22;
  return [
    `<polyline fill="none" stroke="${color}" stroke-width="2" points="${known.map(at).join(' ')}"/>`,
    ...known.map(
      (point) =>
        `<line x1="${(x(point.share) + shift).toFixed(1)}" x2="${(x(point.share) + shift).toFixed(1)}" y1="${y(point.value.low).toFixed(1)}" y2="${y(point.value.high).toFixed(1)}" stroke="${color}" opacity="0.55"/><circle cx="${(x(point.share) + shift).toFixed(1)}" cy="${y(point.value.value).toFixed(1)}" r="3.5" fill="${color}"/>`,
    ),
    `<line x1="${WIDTH - RIGHT + 14}" x2="${WIDTH - RIGHT + 36}" y1="${legend}" y2="${legend}" stroke="${color}" stroke-width="2"/><text x="${WIDTH - RIGHT + 42}" y="${legend + 4}" fill="#333">${name}</text>`,
  ];
}
