import type { FindingEvent } from '../../model/finding.ts';
import type { TimeMs } from '../../model/time.ts';
import type { Db, Statement } from './database.ts';

/** Finding events, appended in the order of their windows. */
export class EventTable {
  readonly #insert: Statement;
  readonly #dropAfter: Statement;

  private constructor(insert: Statement, dropAfter: Statement) {
    this.#insert = insert;
    this.#dropAfter = dropAfter;
  }

  static create(db: Db): EventTable {
    const columns = 'at, finding_id, type, suppressed, by_window, reason, finding';
    return new EventTable(
      db.prepare(`INSERT INTO finding_events (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
      db.prepare('DELETE FROM finding_events WHERE at > ? AND by_window = 1'),
    );
  }

  /** A window's event. @param suppressed true for those of muted windows: recorded, never sent. */
  append(event: FindingEvent, suppressed: boolean): void {
    this.#append(event, suppressed ? 1 : 0, 1);
  }

  /** An event that no window brought: the source itself was away. A replay of verdicts keeps it. */
  appendWindowless(event: FindingEvent): void {
    this.#append(event, 0, 0);
  }

  dropAfter(time: TimeMs): void {
    this.#dropAfter.run(time);
  }

  #append(event: FindingEvent, suppressed: number, byWindow: number): void {
    const { at, finding, type, reason } = event;
    const json = JSON.stringify(finding);
    this.#insert.run(at, finding.id, type, suppressed, byWindow, reason, json);
  }
}
