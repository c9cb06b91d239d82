import { html } from 'hono/html';
import type { Reading } from '../../model/reading.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import { cleanText } from '../../model/text/clean.ts';

export type Html = ReturnType<typeof html>;

/** What stands where nothing is known. */
export const UNKNOWN_TEXT = 'unknown';

/** About three significant figures without an exponent: `3.92`, `0.045`, `1,250`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-6) return '0';
  if (size < 1) return plain(value.toPrecision(2));
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

/** Without an exponent and without zeros at the end. */
function plain(text: string): string {
  return Number(text).toFixed(8).replace(/0+$/, '').replace(/\.$/, '');
}

export function coresText(value: Reading): string {
  if (value === null) return UNKNOWN_TEXT;
  return `${figure(value)} ${value === 1 ? 'core' : 'cores'}`;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DECIMAL = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

export function bytesText(value: Reading): string {
  return scaled(value, 1024, BINARY);
}

export function rateText(value: Reading): string {
  return scaled(value, 1000, DECIMAL);
}

function scaled(value: Reading, base: number, units: readonly string[]): string {
  if (value === null) return UNKNOWN_TEXT;
  let scaledValue = value;
  let index = 0;
  while (Math.abs(scaledValue) >= base && index < units.length - 1) {
    scaledValue /= base;
    index += 1;
  }
  return `${figure(scaledValue)} ${units[index]}`;
}

export function percentText(share: Reading): string {
  if (share === null) return UNKNOWN_TEXT;
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** `2 h 55 min`, `3 days 4 h`: how long something has gone on, two units at most. */
export function spanText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS));
  if (minutes < 60) return `${minutes} min`;
  if (ms < DAY_MS)
    return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  return `${days} ${days === 1 ? 'day' : 'days'}${hours === 0 || days > 9 ? '' : ` ${hours} h`}`;
}

interface TimeFormats {
  readonly minute: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly zone: Intl.DateTimeFormat;
}

/** Making a format takes longer than a page of times: each is made once. */
const timeFormats = new Map<string, TimeFormats>();

function formatsOf(timeZone: string): TimeFormats {
  let formats = timeFormats.get(timeZone);
  if (formats === undefined) {
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    formats = {
      minute: format({
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
      day: format({ day: 'numeric', month: 'short', year: 'numeric' }),
      zone: format({ timeZoneName: 'short' }),
    };
    timeFormats.set(timeZone, formats);
  }
  return formats;
}

/** Writes times in the time zone of the configuration. */
export class Clock {
  readonly timezone: string;
  /** `UTC`, `CET`, `GMT+5:30`: beside every time, so that nobody has to guess. */
  readonly zone: string;
  readonly #minute: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(timezone: string, at: TimeMs) {
    const { minute, day, zone } = formatsOf(timezone);
    this.timezone = timezone;
    this.zone =
      zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timezone;
    this.#minute = minute;
    this.#day = day;
  }

  /** `Tue 24 Nov, 07:05`. */
  minute(at: TimeMs): string {
    return this.#minute.format(at).replace(/^(\w+), /, '$1 ');
  }

  /** `Tue 24 Nov, 04:00–05:00`, for what is known by the hour. */
  hour(at: TimeMs): string {
    return `${this.minute(at)}–${this.minute(at + HOUR_MS).slice(-5)}`;
  }

  /** `24 Nov 2026`. */
  day(at: TimeMs): string {
    return this.#day.format(at);
  }

  /** A `<time>` element that machines can read too. */
  at(at: TimeMs): Html {
    return html`<time datetime="${formatTime(at)}" title="${formatTime(at)}"
      >${this.minute(at)}</time
    >`;
  }

  dayAt(at: TimeMs): Html {
    return html`<time datetime="${formatTime(at)}">${this.day(at)}</time>`;
  }
}

/** Sentences of the detectors name times in UTC: readers get them as everywhere else on the page. */
export function withLocalTimes(text: string, clock: Clock): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => {
    const at = Date.parse(time);
    // A name may look like a time that there is not: it stays as it is.
    return Number.isNaN(at) ? time : clock.minute(at);
  });
}

/** Text from the cluster: hidden characters taken out (escaping is the template's). */
export function fromCluster(text: string): string {
  return cleanText(text);
}
