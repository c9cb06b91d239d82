import type { Finding, FindingEvent } from '../../model/finding.ts';
import type { FindingPage, FindingQuery, PageOf, StoredEvent } from '../../store/findingLog.ts';
import type { Db, Statement } from './database.ts';
import { OperatorActions } from './operatorActions.ts';

interface Listing {
  readonly page: Statement;
  readonly total: Statement;
}

interface Statements {
  readonly open: Listing;
  readonly all: Listing;
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
    return new FindingReader(
      {
        open: listing(db, `state <> 'resolved'`),
        all: listing(db, 'TRUE'),
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
    return this.#read(query, { offset: 0, limit: NO_LIMIT });
  }

  page(query: FindingQuery, page: PageOf): FindingPage {
    const { total } = this.#statements[query.state];
    return { findings: this.#read(query, page), total: total.get(filterOf(query)) as number };
  }

  #read(query: FindingQuery, { offset, limit }: PageOf): readonly Finding[] {
    const { page } = this.#statements[query.state];
    const rows = page.all({ ...filterOf(query), offset, limit }) as string[];
    const pending = this.#actions.pending();
    return rows.map((json) => this.#actions.overlay(JSON.parse(json) as Finding, pending));
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

const FILTER = `(:kind IS NULL OR kind = :kind) AND last_seen >= :since
  AND (:namespaces IS NULL OR namespace IN (SELECT value FROM json_each(:namespaces)))`;
/** SQLite's word for all of them. */
const NO_LIMIT = -1;

function listing(db: Db, state: string): Listing {
  const from = `FROM findings WHERE ${state} AND ${FILTER}`;
  return {
    page: db
      .prepare(`SELECT finding ${from} ORDER BY first_seen DESC, id LIMIT :limit OFFSET :offset`)
      .pluck(),
    total: db.prepare(`SELECT count(*) ${from}`).pluck(),
  };
}

function filterOf({ kind, since, namespaces }: FindingQuery) {
  return {
    kind,
    since: since ?? Number.MIN_SAFE_INTEGER,
    namespaces: namespaces === null ? null : JSON.stringify(namespaces),
  };
}

function toEvent(row: EventRow): StoredEvent {
  const { seq, at, type, suppressed, reason } = row;
  const finding = JSON.parse(row.finding) as Finding;
  return { seq, at, type, suppressed: suppressed === 1, reason, finding };
}
