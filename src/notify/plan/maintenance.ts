import { TZDate } from '@date-fns/tz';
import type { TimeMs } from '../../model/time.ts';
import { findingLabels, matchesAll } from '../../store/silences/silence.ts';
import type { Matcher } from '../../store/silences/matcher.ts';
import type { QuietRule } from './quiet.ts';

/** A planned quiet time, once or every week. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Empty: everything but abuse. Abuse is only quiet where a matcher says `kind=cryptojacking`. */
  readonly matchers: readonly Matcher[];
  readonly when:
    | { readonly from: TimeMs; readonly to: TimeMs }
    | {
        /** 0 is Sunday. The day on which the window begins. */
        readonly days: readonly number[];
        /** Minutes after local midnight; `toMinute` at or before `fromMinute` ends on the next day. */
        readonly fromMinute: number;
        readonly toMinute: number;
        readonly timezone: string;
      };
}

/** Keeps quiet what a maintenance window covers at `now`. */
export function maintenanceRule(windows: readonly MaintenanceWindow[], now: TimeMs): QuietRule {
  const inForce = windows.filter((window) => isInForce(window, now));
  return (finding) => {
    const labels = findingLabels(finding);
    for (const window of inForce) {
      const namesAbuse = window.matchers.some(
        ({ label, operator, value }) =>
          label === 'kind' && operator === '=' && value === 'cryptojacking',
      );
      if (finding.kind === 'cryptojacking' && !namesAbuse) continue;
      if (window.matchers.length === 0 || matchesAll(window.matchers, labels)) {
        return `maintenance ${window.name}`;
      }
    }
    return null;
  };
}

/** Wall-clock minutes are compared in the window's own time zone, so DST moves nothing. */
function isInForce({ when }: MaintenanceWindow, now: TimeMs): boolean {
  if ('from' in when) return when.from <= now && now < when.to;
  const local = new TZDate(now, when.timezone);
  const minute = local.getHours() * 60 + local.getMinutes();
  const day = local.getDay();
  const yesterday = (day + 6) % 7;
  if (when.fromMinute < when.toMinute) {
    return when.days.includes(day) && when.fromMinute <= minute && minute < when.toMinute;
  }
  return (
    (when.days.includes(day) && minute >= when.fromMinute) ||
    (when.days.includes(yesterday) && minute < when.toMinute)
  );
}
