import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { FindingQuery, StoredEvent } from '../findingLog.ts';
import type { Db, Statement } from './database.ts';
import { OperatorActions } from './operatorActions.ts';

interface Statements {
  readonly open: Statement;
  readonly all: Statement;
  readonly byPrefix: Statement;
  readonly events: Statement;
  readonly eventsAfter: Statement;
}

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: FindingEvent['type'];
  readonly suppressed: number;
  readonly reason: string;
  readonly finding: string;
}

/** Reads findings as people see them: with decisions that are not merged yet. */
export class FindingReader {
  readonly #statements: Statements;
  readonly #actions: OperatorActions;

  private constructor(statements: Statements, actions: OperatorActions) {
    this.#statements = statements;
    this.#actions = actions;
  }

  static create(db: Db): FindingReader {
    const event = 'SELECT seq, at, type, suppressed, reason, finding FROM finding_events';
    const filter = '(? IS NULL OR kind = ?) AND last_seen >= ? ORDER BY first_seen DESC, id';
    return new FindingReader(
      {
        open: db
          .prepare(`SELECT finding FROM findings WHERE state <> 'resolved' AND ${filter}`)
          .pluck(),
        all: db.prepare(`SELECT finding FROM findings WHERE ${filter}`).pluck(),
        byPrefix: db
          .prepare('SELECT finding FROM findings WHERE id >= ? AND id < ? ORDER BY id LIMIT 2')
          .pluck(),
        events: db.prepare(`${event} WHERE finding_id = ? ORDER BY seq`),
        eventsAfter: db.prepare(`${event} WHERE seq > ? ORDER BY seq LIMIT ?`),
      },
      OperatorActions.create(db),
    );
  }

  findings(query: FindingQuery): readonly Finding[] {
    const statement = query.state === 'open' ? this.#statements.open : this.#statements.all;
    const since = query.since ?? Number.MIN_SAFE_INTEGER;
    const rows = statement.all(query.kind, query.kind, since) as string[];
    const pending = this.#actions.pending();
    const findings = rows.map((json) =>
      this.#actions.overlay(JSON.parse(json) as Finding, pending),
    );
    const { namespaces } = query;
    if (namespaces === null) return findings;
    return findings.filter(
      ({ scope }) => scope.namespace !== null && namespaces.includes(scope.namespace),
    );
  }

  /** The finding with this id, or the only one whose id begins so. */
  finding(idOrPrefix: string): Finding | null {
    const rows = this.#statements.byPrefix.all(idOrPrefix, `${idOrPrefix}\u{10ffff}`) as string[];
    const found = rows.map((json) => JSON.parse(json) as Finding);
    const exact = found.find((finding) => finding.id === idOrPrefix);
    const finding = exact ?? (found.length === 1 ? found[0] : undefined);
    if (finding === undefined || idOrPrefix === '') return null;
    return this.#actions.overlay(finding, this.#actions.pending());
  }

  events(findingId: string): readonly FindingEvent[] {
    return (this.#statements.events.all(findingId) as EventRow[]).map(toEvent);
  }

  eventsAfter(seq: number, limit: number): readonly StoredEvent[] {
    return (this.#statements.eventsAfter.all(seq, limit) as EventRow[]).map(toEvent);
  }
}

function toEvent(row: EventRow): StoredEvent {
  const { seq, at, type, suppressed, reason } = row;
  const finding = JSON.parse(row.finding) as Finding;
  return { seq, at, type, suppressed: suppressed === 1, reason, finding };
}
