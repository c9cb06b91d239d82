import { scaleLinear } from 'd3-scale';
import type { Reading } from '../reading.ts';
import {
  formatBytes,
  formatBytesPerSecond,
  formatCores,
  formatNumber,
  formatShare,
  UNKNOWN_TEXT,
} from '../text/units.ts';

export type Unit = 'cores' | 'bytes' | 'bytesPerSecond' | 'share' | 'count' | 'money';

/** A vertical scale from zero, with round ticks from 0 to `max`. */
export interface ValueScale {
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** The least that an axis reaches, so that noise does not fill a chart. */
const LEAST: Readonly<Record<Unit, number>> = {
  cores: 0.01,
  bytes: 1024 * 1024,
  bytesPerSecond: 1_000,
  share: 1,
  count: 1,
  money: 0.01,
};

/** Pixels between two grid lines, about. */
const TICK_PX = 60;

/** A scale that holds `highest`; never empty, so that a line of zeros still has an axis. */
export function valueScale(
  highest: number,
  unit: Unit,
  heightPx: number,
  textOf: (value: number) => string = (value) => tickText(value, unit),
): ValueScale {
  const top = Math.max(highest, LEAST[unit]);
  const count = Math.max(1, Math.floor(heightPx / TICK_PX));
  // 512 MiB is round, 500 million bytes are not.
  const divisor = unit === 'bytes' ? 1024 ** Math.floor(Math.log(top) / Math.log(1024)) : 1;
  const scale = scaleLinear([0, top / divisor], [0, 1]).nice(count);
  const values = unit === 'share' ? [0, 0.5, 1] : scale.ticks(count);
  const ticks = values.map((value) => value * divisor);
  return {
    max: ticks.at(-1) ?? 1,
    ticks: ticks.map((value) => ({ value, text: value === 0 ? '0' : textOf(value) })),
  };
}

/** Turns a value into a distance from the top, in pixels; the line of `max` has `topPx` above it. */
export function heightScale(
  { max }: ValueScale,
  heightPx: number,
  topPx: number,
): (value: number) => number {
  return scaleLinear([0, max], [heightPx - 1, topPx]).clamp(true);
}

function tickText(value: number, unit: Unit): string {
  return unit === 'cores' ? formatNumber(value) : valueText(value, unit);
}

const WRITERS: Readonly<Record<Unit, (value: Reading) => string>> = {
  cores: formatCores,
  bytes: formatBytes,
  bytesPerSecond: formatBytesPerSecond,
  share: formatShare,
  count: plainText,
  money: plainText,
};

/** A value as people write it, with its unit. */
export function valueText(value: Reading, unit: Unit): string {
  return WRITERS[unit](value);
}

function plainText(value: Reading): string {
  return value === null ? UNKNOWN_TEXT : formatNumber(value);
}
