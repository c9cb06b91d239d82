import type { DetectorState } from '../../../store/stateCodec.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs, type Window } from '../../../model/time.ts';
import {
  mergeContainerDays,
  type ContainerDay,
} from '../../../store/containerDays/containerDay.ts';
import { HourOfUse, type PodWindow } from '../../../store/containerDays/hourOfUse.ts';
import { EMPTY_SKETCH } from '../../../store/containerDays/sketch.ts';
import type { ContainerGroup } from './containerGroups.ts';
import { packDay, unpackDay, type HourRow, type PastRow, type RightsizeState } from './state.ts';

/** UTC days that a recommendation looks back on, the current one included. */
const DAYS_KEPT = 14;

type State = DetectorState<RightsizeState>;

/**
 * Adds a window to its hour; at the hour's end the hour to its day, and a new day to the days before, exactly as
 * the history makes its sketches.
 */
export function learnWindow(
  state: State,
  key: string,
  uses: ContainerGroup['uses'],
  window: Window,
): void {
  const hour = floorTo(window.start, HOUR_MS);
  const before = hourRow(state, key);
  if (before !== null && before.hour !== hour) foldHour(state, key, before);
  const pods = new Map<string, readonly PodWindow[]>(
    before !== null && before.hour === hour ? before.pods : [],
  );
  for (const use of uses) pods.set(use.uid, [...(pods.get(use.uid) ?? []), use.window]);
  if (pods.size === 0) return;
  const row: HourRow = { row: 'hour', hour, pods };
  if (window.end % HOUR_MS === 0) foldHour(state, key, row);
  else state.set(`${key}#hour`, row);
}

/** The last 14 days, as far as whole hours of them are known. */
export function knownDays(state: State, key: string): readonly ContainerDay[] {
  const today = state.get(`${key}#day`);
  const days = pastRow(state, key).days.map(unpackDay);
  return today?.row === 'day' ? [...days, today.day] : days;
}

export function pastRow(state: State, key: string): PastRow {
  const row = state.get(`${key}#past`);
  return row?.row === 'past' ? row : { row: 'past', days: [], overSince: null };
}

function hourRow(state: State, key: string): HourRow | null {
  const row = state.get(`${key}#hour`);
  return row?.row === 'hour' ? row : null;
}

function foldHour(state: State, key: string, { hour, pods }: HourRow): void {
  const use = new HourOfUse();
  for (const [uid, windows] of pods) use.addPod(uid, windows);
  // Risk is for whoever asks; what it is replayed on would be the largest part of the state.
  const part: ContainerDay = { ...use.build(hour), ram: EMPTY_SKETCH };
  const row = state.get(`${key}#day`);
  const today = row?.row === 'day' ? row.day : null;
  if (today !== null && today.day !== part.day) keepDay(state, key, today, part.day);
  const day = today !== null && today.day === part.day ? mergeContainerDays(today, part) : part;
  state.set(`${key}#day`, { row: 'day', day });
  state.delete(`${key}#hour`);
}

function keepDay(state: State, key: string, day: ContainerDay, today: TimeMs): void {
  const past = pastRow(state, key);
  const oldest = today - (DAYS_KEPT - 1) * DAY_MS;
  const days = [...past.days, packDay(day)].filter((each) => each.day >= oldest);
  state.set(`${key}#past`, { ...past, days });
}
