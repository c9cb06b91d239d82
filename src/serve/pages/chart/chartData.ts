import type { Reading } from '../../../model/reading.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { Clock } from '../text.ts';
import type { Panel } from './panelForm.ts';

/** What the cursor reads out: numbers with their unit, to three figures. */
export function chartData(
  times: readonly TimeMs[],
  panels: readonly Panel[],
  clock: Clock,
): string {
  const data = {
    times,
    timezone: clock.timezone,
    zone: clock.zone,
    panels: Object.fromEntries(
      panels.map(({ id, unit, lines }) => [
        id,
        {
          unit,
          lines: Object.fromEntries(lines.map(({ tone, values }) => [tone, packed(values)])),
        },
      ]),
    ),
  };
  // Inside a script element only `<` could end it.
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** A level that never changes is said once. */
function packed(values: readonly Reading[]): readonly Reading[] | Reading {
  const rounded = values.map((value) => (value === null ? null : Number(value.toPrecision(3))));
  const [first = null] = rounded;
  return rounded.every((value) => value === first) ? first : rounded;
}
