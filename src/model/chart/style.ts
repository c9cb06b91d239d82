import { readFileSync } from 'node:fs';
import { shippedFile } from '../shippedFiles.ts';

/** Colours and lines of charts as a style sheet, light and dark. */
export function chartCss(): string {
  return readFileSync(shippedFile('src/model/chart/chart.css'), 'utf8');
}

/** The same for a picture: light, and without variables, which its renderer does not know. */
export function pictureCss(): string {
  const [colors = '', lines = ''] = chartCss().split('/* lines */');
  const [light = ''] = /:root \{[^}]*\}/.exec(colors) ?? [];
  const values = new Map(
    [...light.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
  return lines.replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => values.get(name) ?? 'none');
}
