import { escapeXml } from '../../model/text/escape.ts';
import { fileURLToPath } from 'node:url';
import { px } from '../../model/chart/paths.ts';
import type { ValueScale } from '../../model/chart/scale.ts';
import { pictureCss } from '../../model/chart/style.ts';
import { shippedFile } from '../../model/shippedFiles.ts';
import { cleanText } from '../../model/text/clean.ts';
import { truncate } from '../../model/text/format.ts';

/** Every picture in a message is as wide. */
export const PICTURE_WIDTH = 760;

/** Where a plot stands in its picture, in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A picture as SVG: styles, a white ground, and what is drawn on it. */
export function picture(heightPx: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE_WIDTH}" height="${heightPx}" viewBox="0 0 ${PICTURE_WIDTH} ${heightPx}" font-family="Inter" font-size="12.5">`,
    `<style>${pictureCss()}</style>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...parts,
    '</svg>',
  ].join('\n');
}

/** A chart's title, at the top left. */
export function titleText(title: string, top = 0): string {
  const text = escapeXml(truncate(cleanText(title), 90));
  return `<text x="16" y="${top + 26}" font-size="15" font-family="Inter SemiBold" class="title">${text}</text>`;
}

/** Moves what was drawn for a plot to where the plot stands. */
export function placed({ left, top }: PlotArea, drawn: string): string {
  return `<g transform="translate(${left} ${top})">${drawn}</g>`;
}

/** The labels at the left of a plot. */
export function drawValueAxis({ ticks }: ValueScale, y: (value: number) => number): string {
  const labels = ticks.map(({ value, text }) => chartLabel(-8, y(value) + 4, text, 'end'));
  return `<g class="axis">${labels.join('')}</g>`;
}

/** The labels below a plot; `share` is a place from 0 to 1 of its width. */
export function drawLabels(
  labels: readonly { readonly share: number; readonly text: string }[],
  { widthPx, heightPx }: PlotArea,
): string {
  const drawn = labels.map(({ share, text }) =>
    chartLabel(share * widthPx, heightPx + 20, text, 'middle'),
  );
  return `<g class="axis">${drawn.join('')}</g>`;
}

/** Text at a place; its class, or that of its group, says its colour. */
export function chartLabel(
  x: number,
  y: number,
  shown: string,
  anchor: 'start' | 'middle' | 'end',
  kind = '',
): string {
  const text = escapeXml(shown);
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" class="${kind}">${text}</text>`;
}

const FONTS = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((file) =>
  fileURLToPath(shippedFile(`src/notify/chart/fonts/${file}`)),
);

/** Twice the SVG's size, for sharp screens. */
const SCALE = 2;

/** Draws an SVG as a PNG with the bundled fonts only, so that it looks the same everywhere. */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles: [...FONTS], loadSystemFonts: false, defaultFontFamily: 'Inter' },
  });
  return image.render().asPng();
}
