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
  readonly #span: () => HistorySpan;
  readonly #windowMs: number;
  readonly #hooks: readonly RollUpHook[];

  constructor(
    rows: RollUpTables,
    span: () => HistorySpan,
    windowMs: number,
    hooks: readonly RollUpHook[],
  ) {
    this.#rows = rows;
    this.#span = span;
    this.#windowMs = windowMs;
    this.#hooks = hooks;
  }

  /** After the window that ends at `end` was sealed. */
  sealed(end: TimeMs): void {
    if (end % HOUR_MS === 0) this.#hour(end - HOUR_MS);
    if (end % DAY_MS === 0) this.#day(end - DAY_MS);
  }

  /** After rows of these hours were changed. */
  again(hours: Iterable<TimeMs>): void {
    const { watermark, windowsFrom, hoursFrom } = this.#span();
    const rolled = [...new Set(hours)]
      .filter((hour) => hour >= windowsFrom && isRolledUp(hour, HOUR_MS, watermark))
      .sort((a, b) => a - b);
    for (const hour of rolled) this.#hour(hour);
    for (const day of daysOf(rolled)) {
      if (day >= hoursFrom && isRolledUp(day, DAY_MS, watermark)) this.#day(day);
    }
    for (const hook of this.#hooks) hook.settled?.(this.#rows);
  }

  #hour(hour: TimeMs): void {
    rollUpHour(this.#rows, hour, this.#windowMs);
    for (const hook of this.#hooks) hook.hour?.(hour, this.#rows);
  }

  #day(day: TimeMs): void {
    rollUpDay(this.#rows, day);
    for (const hook of this.#hooks) hook.day?.(day, this.#rows);
  }
}
