import {
  formatLocalClock,
  formatLocalDate,
  formatLocalMinute,
  zoneName,
} from '../../model/text/localTime.ts';
import { formatTime, HOUR_MS, type TimeMs } from '../../model/time.ts';
import { html, type Html } from './html.ts';

/** Writes times in the time zone of the configuration. */
export class LocalClock {
  readonly timezone: string;
  /** `UTC`, `CET`, `GMT+5:30`: beside every time. */
  readonly zone: string;

  constructor(timezone: string, at: TimeMs) {
    this.timezone = timezone;
    this.zone = zoneName(timezone, at);
  }

  /** `Tue 24 Nov, 07:05`. */
  minute(at: TimeMs): string {
    return formatLocalMinute(at, this.timezone);
  }

  /** `Tue 24 Nov, 04:00–05:00`, for what is known by the hour. */
  hour(at: TimeMs): string {
    return `${this.minute(at)}–${formatLocalClock(at + HOUR_MS, this.timezone)}`;
  }

  /** `24 Nov 2026`. */
  day(at: TimeMs): string {
    return formatLocalDate(at, this.timezone);
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

  /** A detector's sentence names times in UTC: here they are in the page's zone. */
  localize(text: string): string {
    return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) => {
      const at = Date.parse(time);
      // A name may look like a time that does not exist: it stays as it is.
      return Number.isNaN(at) ? time : this.minute(at);
    });
  }
}
