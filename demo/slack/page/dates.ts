const UTC = 'UTC';
const DAY_MS = 86_400_000;

/**
 * Slack's `<!date^SECONDS^FORMAT|FALLBACK>` for a reader in UTC: the page must look the same on
 * every machine.
 */
export function slackDate(target: string, fallback: string | undefined, now: number): string {
  const [, seconds = '', format = ''] = target.split('^');
  const at = Number(seconds) * 1_000;
  if (!Number.isFinite(at) || seconds === '') return fallback ?? '';
  return format.replaceAll(/\{(\w+)\}/g, (whole, name: string) => piece(name, at, now) ?? whole);
}

function piece(name: string, at: number, now: number): string | null {
  const written = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { timeZone: UTC, ...options }).format(at);
  switch (name) {
    case 'date_num':
      return new Date(at).toISOString().slice(0, 10);
    case 'date':
    case 'date_long':
      return written({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
    case 'date_short':
      return written({ month: 'short', day: 'numeric', year: 'numeric' });
    case 'date_pretty':
    case 'date_long_pretty':
      return pretty(at, now) ?? written({ month: 'long', day: 'numeric', year: 'numeric' });
    case 'date_short_pretty':
      return pretty(at, now) ?? written({ month: 'short', day: 'numeric', year: 'numeric' });
    case 'time':
      return clockTime(at);
    case 'time_secs':
      return written({ hour: 'numeric', minute: '2-digit', second: '2-digit' });
    default:
      return null;
  }
}

function pretty(at: number, now: number): string | null {
  const days = Math.floor(now / DAY_MS) - Math.floor(at / DAY_MS);
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : days === -1 ? 'Tomorrow' : null;
}

/** `9:05 AM`. */
export function clockTime(at: number): string {
  const format = { timeZone: UTC, hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-US', format).format(at);
}

/** `Tuesday, November 24th`, `Today`, `Yesterday`: what divides the days of a channel. */
export function dayName(at: number, now: number): string {
  const written = new Intl.DateTimeFormat('en-US', {
    timeZone: UTC,
    weekday: 'long',
    month: 'long',
    day: 'numeric',
  }).format(at);
  return pretty(at, now) ?? written;
}
