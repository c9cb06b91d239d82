import { tzOffset } from '@date-fns/tz';
import { HOUR_MS, MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';

/** When a workload is in use, in the schedule's time zone. */
export interface UsedHours {
  /** Hours of the day, 0..24; the end may lie after midnight (22 to 30). Null: around the clock. */
  readonly day: { readonly from: number; readonly to: number } | null;
  /** Nothing is used from Saturday to Sunday. */
  readonly isWorkWeek: boolean;
  /** Hours of a week in which it could sleep. */
  readonly sleeps: number;
  /** Cores of its busiest hour, and of the busiest one in which it could sleep. */
  readonly peakCores: number;
  readonly idleCores: number;
}

/** Under a twentieth of its busiest hour a workload only waits … */
const IDLE_SHARE = 0.05;
/** … and one that never uses as much is forgotten (`abandoned`) or small, not asleep. */
const LEAST_PEAK_CORES = 0.05;
/** It is to be there an hour before and after the hours in which it was ever used. */
const SPARE_HOURS = 1;
/** Starting and stopping is not worth less than this in a row. */
const LEAST_ROW = 6;
/** How often an hour of a working day, and of a weekend, must have been seen. */
const LEAST_WORK_DAYS = 5;
const LEAST_REST_DAYS = 2;
const DAY = 24;

/**
 * The hours in which all containers of a workload together were ever used, from the days of the history.
 *
 * @returns null where it is needed around the clock, or too little is known.
 */
export function usedHours(
  containers: readonly ContainerHistory[],
  timezone: string,
): UsedHours | null {
  const hours = coresByHour(containers);
  const all = [...hours.values()];
  const peakCores = all.reduce((max, cores) => Math.max(max, cores), 0);
  if (peakCores < LEAST_PEAK_CORES) return null;
  const level = IDLE_SHARE * peakCores;
  const [workDays, restDays] = [emptyDay(), emptyDay()];
  for (const [time, cores] of hours) {
    const { weekday, hour } = localHour(time, timezone);
    const place = (weekday === 0 || weekday === 6 ? restDays : workDays)[hour]!;
    place.seen += 1;
    place.cores = Math.max(place.cores, cores);
  }
  const isIdle = ({ seen, cores }: Hour, least: number) => seen >= least && cores <= level;
  const isWorkWeek = restDays.every((hour) => isIdle(hour, LEAST_REST_DAYS));
  const nights = workDays.map(
    (hour, at) =>
      isIdle(hour, LEAST_WORK_DAYS) && (isWorkWeek || isIdle(restDays[at]!, LEAST_REST_DAYS)),
  );
  const night = longestRow(nights);
  const day =
    night === null ? null : { from: night.to % DAY, to: (night.to % DAY) + DAY - night.length };
  if (day === null && !isWorkWeek) return null;
  const awake = day === null ? DAY : day.to - day.from;
  const sleeps = 7 * DAY - (isWorkWeek ? 5 : 7) * awake;
  const asleep = [...workDays.filter((_, at) => nights[at]), ...(isWorkWeek ? restDays : [])];
  const idleCores = Math.max(...asleep.map(({ cores }) => cores));
  return { day, isWorkWeek, sleeps, peakCores, idleCores };
}

interface Hour {
  seen: number;
  cores: number;
}

function emptyDay(): Hour[] {
  return Array.from({ length: DAY }, () => ({ seen: 0, cores: 0 }));
}

/** Cores of the hottest pods, all containers together, by the start of each hour that is known. */
function coresByHour(containers: readonly ContainerHistory[]): ReadonlyMap<TimeMs, number> {
  const hours = new Map<TimeMs, number>();
  for (const { days } of containers)
    for (const { day, busy } of days)
      busy.forEach((cores, hour) => {
        const time = day + hour * HOUR_MS;
        if (cores !== null) hours.set(time, (hours.get(time) ?? 0) + cores);
      });
  return hours;
}

function localHour(time: TimeMs, timezone: string): { weekday: number; hour: number } {
  const local = new Date(time + tzOffset(timezone, new Date(time)) * MINUTE_MS);
  return { weekday: local.getUTCDay(), hour: local.getUTCHours() };
}

/** The longest row of idle hours around the clock, without the spare ones at its ends; null under `LEAST_ROW`. */
function longestRow(
  idle: readonly boolean[],
): { readonly to: number; readonly length: number } | null {
  let best = { to: 0, length: 0 };
  let length = 0;
  // Twice around: a night goes over midnight.
  for (let at = 0; at < 2 * DAY; at += 1) {
    length = idle[at % DAY] === true ? Math.min(DAY, length + 1) : 0;
    if (length > best.length) best = { to: at + 1, length };
  }
  const slept = best.length - 2 * SPARE_HOURS;
  return slept < LEAST_ROW ? null : { to: best.to - SPARE_HOURS, length: slept };
}
