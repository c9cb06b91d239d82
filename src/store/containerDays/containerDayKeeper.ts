import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { RollUpHook, RollUpTables } from '../rollUp/rollUp.ts';
import { mergeContainerDays } from './containerDay.ts';
import { decodeContainerDay, encodeContainerDay } from './containerDayCodec.ts';
import { groupHour, type IdentityParts } from './containerHours.ts';

/** The stored days of containers, and which hours (bits) are in each day. */
export interface ContainerDayRows {
  /** The pages of a day by `identityKey`, for as many of these identities as there are any. */
  pages(
    day: TimeMs,
    identities: readonly IdentityParts[],
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  put(day: TimeMs, rows: readonly ContainerDayRow[]): Promise<void>;
  /** Drops a day of all containers. */
  clear(day: TimeMs): Promise<void>;
  hours(day: TimeMs): Promise<number>;
  setHours(day: TimeMs, hours: number): Promise<void>;
  /** The id that containers killed for memory have as their reason; null when there is none yet. */
  oomReason(): Promise<number | null>;
  /** Window rows before this time were pruned. */
  windowsFrom(): Promise<TimeMs>;
}

export interface ContainerDayRow {
  readonly identity: IdentityParts;
  readonly page: Uint8Array;
}

/** Tells identities apart in a map. */
export function identityKey(identity: IdentityParts): string {
  return JSON.stringify(identity);
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

  async hour(hour: TimeMs, tables: RollUpTables): Promise<void> {
    const day = floorTo(hour, DAY_MS);
    const bit = 1 << ((hour - day) / HOUR_MS);
    const hours = await this.#rows.hours(day);
    if ((hours & bit) !== 0) {
      this.#stale.add(day);
      return;
    }
    await this.#merge(hour, tables);
    await this.#rows.setHours(day, hours | bit);
  }

  async settled(tables: RollUpTables): Promise<void> {
    const stale = [...this.#stale].sort((a, b) => a - b);
    this.#stale = new Set();
    if (stale.length === 0) return;
    const windowsFrom = await this.#rows.windowsFrom();
    for (const day of stale) {
      // Without all of its windows a day cannot be made anew: it stays as it was last made.
      if (day < windowsFrom) continue;
      const hours = await this.#rows.hours(day);
      await this.#rows.clear(day);
      for (let place = 0; place < 24; place += 1) {
        if ((hours & (1 << place)) !== 0) await this.#merge(day + place * HOUR_MS, tables);
      }
    }
  }

  async #merge(hour: TimeMs, tables: RollUpTables): Promise<void> {
    const day = floorTo(hour, DAY_MS);
    const groups = [...(await groupHour(tables, hour, await this.#rows.oomReason()))];
    const identities = groups.map(({ identity }) => identity);
    const pages = await this.#rows.pages(day, identities);
    const rows = groups.map(({ identity, use }) => {
      const part = use.build(hour);
      const known = pages.get(identityKey(identity));
      const whole =
        known === undefined ? part : mergeContainerDays(decodeContainerDay(day, known), part);
      return { identity, page: encodeContainerDay(whole) };
    });
    await this.#rows.put(day, rows);
  }
}
