import type { Reading } from '../../../model/reading.ts';
import type { Line, Panel, TimeFrame } from './panelForm.ts';
import { valueText } from './scale.ts';

/** A level this many times above all use would press the line flat: it is named, not drawn. */
const FAR_ABOVE = 3;

/** Request and limit are drawn where they do not press everything else flat. */
export function splitLevels(panel: Panel): {
  readonly lines: readonly Line[];
  readonly far: ReadonlySet<Line>;
} {
  const used = highestOf(
    panel.lines.filter(({ shape }) => shape !== 'step'),
    panel,
  );
  const far = new Set(
    panel.lines.filter(
      ({ shape, values }) => shape === 'step' && Math.max(...known(values)) > FAR_ABOVE * used,
    ),
  );
  return { lines: panel.lines.filter((line) => !far.has(line)), far };
}

/** The highest value that has to fit on the scale. */
export function highestOf(lines: readonly Line[], { band }: Panel): number {
  return [...lines.map(({ values }) => values), band?.high ?? []].reduce(
    (highest, values) => known(values).reduce((max, value) => Math.max(max, value), highest),
    0,
  );
}

function known(values: readonly Reading[]): readonly number[] {
  return values.filter((value) => value !== null);
}

/** What the panel shows, for those who do not see it. */
export function describePanel({ title, unit, lines }: Panel, { times }: TimeFrame): string {
  const parts = lines.map(({ name, values }) => {
    const numbers = known(values);
    if (numbers.length === 0) return `${name} unknown`;
    const last = valueText(numbers.at(-1) ?? null, unit);
    const highest = numbers.reduce((max, value) => Math.max(max, value), 0);
    return `${name} ${last} at last, ${valueText(highest, unit)} at most`;
  });
  return `${title} over ${times.length} points: ${parts.join('; ')}`;
}
