import type { TimeMs } from '../time.ts';

interface LocalFormats {
  readonly weekday: Intl.DateTimeFormat;
  readonly clock: Intl.DateTimeFormat;
  readonly date: Intl.DateTimeFormat;
  readonly zone: Intl.DateTimeFormat;
}

/** Making a format takes longer than a page of times: each is made once. */
const formats = new Map<string, LocalFormats>();

function formatsOf(timeZone: string): LocalFormats {
  let made = formats.get(timeZone);
  if (made === undefined) {
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    made = {
      weekday: format({ weekday: 'short', day: 'numeric', month: 'short' }),
      clock: format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
      date: format({ day: 'numeric', month: 'short', year: 'numeric' }),
      zone: format({ timeZoneName: 'short' }),
    };
    formats.set(timeZone, made);
  }
  return made;
}

/** `Mon 16 Nov`. */
export function formatLocalDay(time: TimeMs, timezone: string): string {
  return formatsOf(timezone).weekday.format(time).replace(',', '');
}

/** `07:05`. */
export function formatLocalClock(time: TimeMs, timezone: string): string {
  return formatsOf(timezone).clock.format(time);
}

/** `Tue 24 Nov, 07:05`. */
export function formatLocalMinute(time: TimeMs, timezone: string): string {
  return `${formatLocalDay(time, timezone)}, ${formatLocalClock(time, timezone)}`;
}

/** `24 Nov 2026`. */
export function formatLocalDate(time: TimeMs, timezone: string): string {
  return formatsOf(timezone).date.format(time);
}

/** What the time zone is called at `time`: `UTC`, `CET`, `GMT+5:30`. */
export function zoneName(timezone: string, time: TimeMs): string {
  const parts = formatsOf(timezone).zone.formatToParts(time);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timezone;
}
