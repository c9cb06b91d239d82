import { niceTicks } from '../../../notify/chart/svg.ts';
import type { Reading } from '../../../model/reading.ts';
import {
  formatBytes,
  formatCores,
  formatNumber,
  formatShare,
  formatBytesPerSecond,
  UNKNOWN_TEXT,
} from '../../../model/text/units.ts';

export type Unit = 'cores' | 'bytes' | 'bytesPerSecond' | 'share' | 'count' | 'money';

/** A vertical scale from zero with round ticks. */
export interface Scale {
  readonly max: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** A scale that holds `highest`; never empty, so that a line of zeros still has an axis. */
export function scaleFor(highest: number, unit: Unit, count: number): Scale {
  if (unit === 'share') return fixed(1, [0, 0.5, 1], unit);
  const divisor = divisorOf(highest, unit);
  const values = niceTicks(Math.max(highest, LEAST[unit]) / divisor, count).map(
    (tick) => tick * divisor,
  );
  const max = values.at(-1) ?? 1;
  return fixed(max, values, unit);
}

/** What an axis reaches at least: noise must not fill a chart. */
const LEAST: Readonly<Record<Unit, number>> = {
  cores: 0.01,
  bytes: 1024 * 1024,
  bytesPerSecond: 1_000,
  share: 1,
  count: 1,
  money: 0.01,
};

function fixed(max: number, values: readonly number[], unit: Unit): Scale {
  return {
    max,
    ticks: values.map((value) => ({ value, text: value === 0 ? '0' : tickText(value, unit) })),
  };
}

function divisorOf(highest: number, unit: Unit): number {
  if (unit !== 'bytes') return 1;
  return 1024 ** Math.max(0, Math.floor(Math.log(Math.max(highest, 1)) / Math.log(1024)));
}

function tickText(value: number, unit: Unit): string {
  return unit === 'cores' || unit === 'count' ? formatNumber(value) : valueText(value, unit);
}

const WRITERS: Readonly<Record<Unit, (value: Reading) => string>> = {
  cores: formatCores,
  bytes: formatBytes,
  bytesPerSecond: formatBytesPerSecond,
  share: formatShare,
  count: countText,
  money: countText,
};

/** A value as people write it, with its unit. */
export function valueText(value: Reading, unit: Unit): string {
  return WRITERS[unit](value);
}

function countText(value: Reading): string {
  return value === null ? UNKNOWN_TEXT : formatNumber(value);
}
