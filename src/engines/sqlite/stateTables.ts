import type { CycleState, StateChange } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import { HistoryError, type DetectorCodecs } from '../../store/history.ts';
import type { Db, Statement } from './database.ts';

interface Statements {
  readonly states: Statement;
  readonly dropOtherVersions: Statement;
  readonly putState: Statement;
  readonly dropState: Statement;
  readonly findings: Statement;
  readonly putFinding: Statement;
  readonly leaveState: Statement;
}

/** Changes of many windows, of which only the last of each row is kept. */
export class StateChanges {
  readonly detectors = new Map<string, Map<string, unknown>>();
  /** By fingerprint: findings that another one took the place of, and the one that stands. */
  readonly findings = new Map<string, { readonly past: Finding[]; last: Finding | null }>();

  add(change: Pick<StateChange, 'detectors' | 'findings'>): void {
    for (const [detector, states] of change.detectors) {
      const gathered = this.detectors.get(detector);
      if (gathered === undefined) this.detectors.set(detector, new Map(states));
      else for (const [key, state] of states) gathered.set(key, state);
    }
    for (const [fingerprint, finding] of change.findings) {
      const gathered = this.findings.get(fingerprint);
      if (gathered === undefined) this.findings.set(fingerprint, { past: [], last: finding });
      else {
        const { past, last } = gathered;
        if (last !== null && last.id !== finding?.id) past.push(last);
        gathered.last = finding;
      }
    }
  }
}

/**
 * Detector state and findings. Changes of a batch are gathered and only the last of each row is
 * written: a row that changes in every window costs one write a batch.
 */
export class StateTables {
  readonly #statements: Statements;
  readonly #readonly: boolean;
  #codecs: DetectorCodecs = new Map();
  #pending = new StateChanges();

  private constructor(statements: Statements, isReadonly: boolean) {
    this.#statements = statements;
    this.#readonly = isReadonly;
  }

  static create(db: Db): StateTables {
    const statements = {
      states: db.prepare(
        'SELECT key, state FROM detector_state WHERE detector = ? AND version = ?',
      ),
      dropOtherVersions: db.prepare(
        'DELETE FROM detector_state WHERE detector = ? AND version <> ?',
      ),
      putState: db.prepare('INSERT OR REPLACE INTO detector_state VALUES (?, ?, ?, ?)'),
      dropState: db.prepare(
        'DELETE FROM detector_state WHERE detector = ? AND version = ? AND key = ?',
      ),
      findings: db.prepare('SELECT finding FROM findings WHERE in_state = 1').pluck(),
      putFinding: db.prepare('INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      leaveState: db.prepare(
        'UPDATE findings SET in_state = 0 WHERE fingerprint = ? AND in_state = 1 AND id <> ?',
      ),
    };
    return new StateTables(statements, db.readonly);
  }

  /** Reads the state for these detectors; what another version of one wrote is dropped. */
  load(codecs: DetectorCodecs): Pick<CycleState, 'detectors' | 'findings'> {
    this.useCodecs(codecs);
    const detectors = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [name, { version, codec }] of codecs) {
      if (!this.#readonly) this.#statements.dropOtherVersions.run(name, version);
      const states = new Map<string, unknown>();
      const rows = this.#statements.states.iterate(name, version);
      for (const row of rows as IterableIterator<{ key: string; state: Buffer }>) {
        states.set(row.key, codec.decode(row.state));
      }
      detectors.set(name, states);
    }
    const findings = new Map<string, Finding>();
    for (const json of this.#statements.findings.all() as string[]) {
      const finding = JSON.parse(json) as Finding;
      findings.set(finding.fingerprint, finding);
    }
    return { detectors, findings };
  }

  /** How states are stored from now on. */
  useCodecs(codecs: DetectorCodecs): void {
    this.#codecs = codecs;
  }

  /** Takes a window's changes; they are written by the next `flush`. */
  change(change: Pick<StateChange, 'detectors' | 'findings'>): void {
    this.#pending.add(change);
  }

  flush(): void {
    this.write(this.#pending);
    this.forget();
  }

  /** Writes gathered changes. */
  write(changes: StateChanges): void {
    for (const [detector, states] of changes.detectors) {
      for (const [key, state] of states) this.#putState(detector, key, state);
    }
    for (const [fingerprint, { past, last }] of changes.findings) {
      for (const finding of past) this.#putFinding(finding, false);
      this.#statements.leaveState.run(fingerprint, last?.id ?? '');
      if (last !== null) this.#putFinding(last, true);
    }
  }

  forget(): void {
    this.#pending = new StateChanges();
  }

  #putState(detector: string, key: string, state: unknown): void {
    const stored = this.#codecs.get(detector);
    if (stored === undefined) {
      throw new HistoryError('io', `the state of ${detector} cannot be stored: it has no codec`);
    }
    // `null` deletes the row (see StateChange).
    if (state === null) this.#statements.dropState.run(detector, stored.version, key);
    else {
      const bytes = stored.codec.encode(state);
      this.#statements.putState.run(detector, stored.version, key, bytes);
    }
  }

  #putFinding(finding: Finding, inState: boolean): void {
    this.#statements.putFinding.run(
      finding.id,
      finding.fingerprint,
      finding.kind,
      finding.state,
      finding.scope.namespace,
      finding.firstSeen,
      finding.lastSeen,
      inState ? 1 : 0,
      JSON.stringify(finding),
    );
  }
}
