import type { FindingEvent } from '../../model/finding.ts';
import type { Db, Statement } from './database.ts';

/** Finding events, appended in the order of their windows. */
export class EventTable {
  readonly #insert: Statement;

  private constructor(insert: Statement) {
    this.#insert = insert;
  }

  static create(db: Db): EventTable {
    return new EventTable(
      db.prepare(
        'INSERT INTO finding_events (at, finding_id, type, suppressed, reason, finding) VALUES (?, ?, ?, ?, ?, ?)',
      ),
    );
  }

  /** @param suppressed true for events of muted windows: recorded, never sent. */
  append(event: FindingEvent, suppressed: boolean): void {
    const { at, finding, type, reason } = event;
    this.#insert.run(at, finding.id, type, suppressed ? 1 : 0, reason, JSON.stringify(finding));
  }
}
