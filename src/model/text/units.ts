import { fromNano, type Nano } from '../money.ts';
import type { Reading } from '../reading.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS, SECOND_MS, type TimeMs } from '../time.ts';

/** Stands where nothing is known. */
export const UNKNOWN_TEXT = 'unknown';

/** About three significant figures without an exponent: `3.92`, `0.045`, `1,250`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-6) return '0';
  if (size < 1) {
    const plain = Number(value.toPrecision(2)).toFixed(8);
    return plain.replace(/0+$/, '').replace(/\.$/, '');
  }
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

/** A whole number with its thousands apart: `12,480`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `1 node`, `2 nodes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `3.92 cores`, `1 core`. */
export function formatCores(cores: Reading): string {
  if (cores === null) return UNKNOWN_TEXT;
  return `${formatNumber(cores)} ${cores === 1 ? 'core' : 'cores'}`;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DECIMAL = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

/** `512 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: Reading): string {
  return scaled(bytes, 1024, BINARY);
}

/** `14 B/s`, `19.6 kB/s`. */
export function formatBytesPerSecond(bytesPerSecond: Reading): string {
  return scaled(bytesPerSecond, 1000, DECIMAL);
}

function scaled(value: Reading, base: number, units: readonly string[]): string {
  if (value === null) return UNKNOWN_TEXT;
  let scaledValue = value;
  let index = 0;
  while (Math.abs(scaledValue) >= base && index < units.length - 1) {
    scaledValue /= base;
    index += 1;
  }
  return `${formatNumber(scaledValue)} ${units[index]}`;
}

/** A share, 0..1 or more, in percent: 0.034 is `3.4%`, 0.42 is `42%`, 1.42 is `142%`. */
export function formatShare(share: Reading): string {
  if (share === null) return UNKNOWN_TEXT;
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)}%`;
}

/** A share of what was seen, never rounded up to all of it: 0.9999 is `99.9%`. */
export function formatCoverage(share: number): string {
  return share >= 1 ? '100%' : `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}

/** A change as a share of what was before: `+12%`, `−<1%`, `±0%`; at most `+999%`. */
export function formatChange(share: Reading): string {
  if (share === null) return UNKNOWN_TEXT;
  if (share === 0) return '±0%';
  const percent = Math.min(999, Math.round(Math.abs(share) * 100));
  return percent === 0 ? '±<1%' : `${share > 0 ? '+' : '−'}${percent}%`;
}

/** Units of a currency: `$1,234`, `$12.30`, `€0.42`; cents below a hundred. */
export function formatMoney(units: number, currency: string): string {
  return moneyFormat(currency, Math.abs(units) < 100 ? 2 : 0).format(units);
}

/** Nano-units of a currency: `$1,234`, `$12.30`. */
export function formatNano(nano: Nano, currency: string): string {
  return formatMoney(fromNano(nano), currency);
}

/** A change in units of a currency: `+$120`, `−$30.50`, `±$0.00`. */
export function formatMoneyChange(units: number, currency: string): string {
  const amount = formatMoney(Math.abs(units), currency);
  // Less than the smallest unit that is shown is no change.
  const sign = !/[1-9]/.test(amount) ? '±' : units > 0 ? '+' : '−';
  return `${sign}${amount}`;
}

/** The same of nano-units. */
export function formatNanoChange(nano: Nano, currency: string): string {
  return formatMoneyChange(fromNano(nano), currency);
}

/** A column's money whose currency its title names: `12.30`, and `0.0042` below one unit. */
export function formatAmount(units: number): string {
  return Math.abs(units) >= 1 || units === 0 ? units.toFixed(2) : units.toFixed(4);
}

/** Making a format takes longer than a page of figures: each is made once. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, digits: number): Intl.NumberFormat {
  const key = `${currency} ${digits}`;
  let format = moneyFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    moneyFormats.set(key, format);
  }
  return format;
}

/** A length of time, two units at most: `45 s`, `3 min`, `2 h 55 min`, `3 days 4 h`, `29 days`. */
export function formatDuration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS));
  if (ms > 0 && ms < MINUTE_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  if (minutes < 60) return `${minutes} min`;
  if (ms < DAY_MS) {
    return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  }
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  return `${plural(days, 'day')}${hours === 0 || days > 9 ? '' : ` ${hours} h`}`;
}

/** `2026-11-24 07:05 UTC`. */
export function formatMinute(time: TimeMs): string {
  return `${formatTime(time).slice(0, 16).replace('T', ' ')} UTC`;
}
