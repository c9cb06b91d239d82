import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { RollUpHook, RollUpTables } from '../rollUp/rollUp.ts';
import { mergeContainerDays } from './containerDay.ts';
import { decodeContainerDay, encodeContainerDay } from './containerDayCodec.ts';
import { groupHour, type Identity } from './containerHours.ts';

/** The stored days of containers, and which hours (bits) are in each day. */
export interface ContainerDayRows {
  page(day: TimeMs, identity: Identity): Uint8Array | undefined;
  put(day: TimeMs, identity: Identity, page: Uint8Array): void;
  /** Drops a day of all containers. */
  clear(day: TimeMs): void;
  hours(day: TimeMs): number;
  setHours(day: TimeMs, hours: number): void;
  /** The id that containers killed for memory have as their reason; null when there is none yet. */
  oomReason(): number | null;
  /** Window rows before this time were pruned. */
  windowsFrom(): TimeMs;
}

/**
 * Keeps the sketches of each day in step with the windows below them: an hour that was just sealed is merged
 * into its day; when an hour comes that is in its day already, the whole day is made anew from its windows.
 */
export class ContainerDayKeeper implements RollUpHook {
  readonly #rows: ContainerDayRows;
  /** Days that an hour came again for: made anew once all corrections are in. */
  #stale = new Set<TimeMs>();

  constructor(rows: ContainerDayRows) {
    this.#rows = rows;
  }

  hour(hour: TimeMs, tables: RollUpTables): void {
    const day = floorTo(hour, DAY_MS);
    const bit = 1 << ((hour - day) / HOUR_MS);
    const hours = this.#rows.hours(day);
    if ((hours & bit) !== 0) {
      this.#stale.add(day);
      return;
    }
    this.#merge(hour, tables);
    this.#rows.setHours(day, hours | bit);
  }

  settled(tables: RollUpTables): void {
    const stale = [...this.#stale].sort((a, b) => a - b);
    this.#stale = new Set();
    const windowsFrom = this.#rows.windowsFrom();
    for (const day of stale) {
      // Without all of its windows a day cannot be made anew: it stays as it was last made.
      if (day < windowsFrom) continue;
      const hours = this.#rows.hours(day);
      this.#rows.clear(day);
      for (let place = 0; place < 24; place += 1) {
        if ((hours & (1 << place)) !== 0) this.#merge(day + place * HOUR_MS, tables);
      }
    }
  }

  #merge(hour: TimeMs, tables: RollUpTables): void {
    const day = floorTo(hour, DAY_MS);
    for (const { identity, use } of groupHour(tables, hour, this.#rows.oomReason())) {
      const part = use.build(hour);
      const known = this.#rows.page(day, identity);
      const whole =
        known === undefined ? part : mergeContainerDays(decodeContainerDay(day, known), part);
      this.#rows.put(day, identity, encodeContainerDay(whole));
    }
  }
}
