import { DAY_MS, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { HistorySpan } from '../history.ts';
import {
  daysOf,
  isRolledUp,
  rollUpDay,
  rollUpHour,
  type RollUpHook,
  type RollUpTables,
} from './rollUp.ts';

/**
 * Keeps hours and days in step with the windows below them. An hour is made when its last window is
 * sealed, a day likewise; both are made again whenever a window of theirs is corrected or its owner
 * becomes known. What windows or hours were pruned from stays as it was last made.
 */
export class RollUps {
  readonly #rows: RollUpTables;
  readonly #span: () => Promise<HistorySpan>;
  readonly #windowMs: number;
  readonly #hooks: readonly RollUpHook[];

  constructor(
    rows: RollUpTables,
    span: () => Promise<HistorySpan>,
    windowMs: number,
    hooks: readonly RollUpHook[],
  ) {
    this.#rows = rows;
    this.#span = span;
    this.#windowMs = windowMs;
    this.#hooks = hooks;
  }

  /** After the window that ends at `end` was sealed. */
  async sealed(end: TimeMs): Promise<void> {
    if (end % HOUR_MS === 0) await this.#hour(end - HOUR_MS);
    if (end % DAY_MS === 0) await this.#day(end - DAY_MS);
  }

  /** After rows of these hours were changed. */
  async again(hours: Iterable<TimeMs>): Promise<void> {
    const { watermark, windowsFrom, hoursFrom } = await this.#span();
    const rolled = [...new Set(hours)]
      .filter((hour) => hour >= windowsFrom && isRolledUp(hour, HOUR_MS, watermark))
      .sort((a, b) => a - b);
    for (const hour of rolled) await this.#hour(hour);
    for (const day of daysOf(rolled)) {
      if (day >= hoursFrom && isRolledUp(day, DAY_MS, watermark)) await this.#day(day);
    }
    for (const hook of this.#hooks) await hook.settled?.(this.#rows);
  }

  async #hour(hour: TimeMs): Promise<void> {
    await rollUpHour(this.#rows, hour, this.#windowMs);
    for (const hook of this.#hooks) await hook.hour?.(hour, this.#rows);
  }

  async #day(day: TimeMs): Promise<void> {
    await rollUpDay(this.#rows, day);
    for (const hook of this.#hooks) await hook.day?.(day, this.#rows);
  }
}
