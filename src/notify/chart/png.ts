import { Resvg } from '@resvg/resvg-js';
import { fileURLToPath } from 'node:url';

const FONTS = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((file) =>
  fileURLToPath(new URL(`./fonts/${file}`, import.meta.url)),
);

/** Twice the SVG's size, for sharp screens. */
const SCALE = 2;

/** Draws an SVG as a PNG with the bundled fonts only, so that it looks the same everywhere. */
export function svgToPng(svg: string): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles: [...FONTS], loadSystemFonts: false, defaultFontFamily: 'Inter' },
  });
  return image.render().asPng();
}
