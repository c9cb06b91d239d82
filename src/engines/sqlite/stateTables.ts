import type { CycleState, StateChange } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import { HistoryError, type DetectorCodecs } from '../../store/history.ts';
import { StateChanges } from '../../store/stateChanges.ts';
import { each, run, values, type Db } from './database.ts';

/**
 * Detector state and findings. Changes of a batch are gathered and only the last of each row is
 * written: a row that changes in every window costs one write a batch.
 */
export class StateTables {
  readonly #db: Db;
  #codecs: DetectorCodecs = new Map();
  #pending = new StateChanges();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Reads the state for these detectors; what another version of one wrote is dropped. */
  load(codecs: DetectorCodecs): Pick<CycleState, 'detectors' | 'findings'> {
    this.useCodecs(codecs);
    const detectors = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [name, { version, codec }] of codecs) {
      if (!this.#db.readonly) {
        const drop = 'DELETE FROM detector_state WHERE detector = ? AND version <> ?';
        run(this.#db, drop, name, version);
      }
      const states = new Map<string, unknown>();
      const read = 'SELECT key, state FROM detector_state WHERE detector = ? AND version = ?';
      for (const row of each<{ key: string; state: Buffer }>(this.#db, read, name, version)) {
        states.set(row.key, codec.decode(row.state));
      }
      detectors.set(name, states);
    }
    const findings = new Map<string, Finding>();
    const inState = 'SELECT finding FROM findings WHERE in_state = 1';
    for (const json of values<string>(this.#db, inState)) {
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
      run(
        this.#db,
        'UPDATE findings SET in_state = 0 WHERE fingerprint = ? AND in_state = 1 AND id <> ?',
        [fingerprint, last?.id ?? ''],
      );
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
    if (state === null) {
      const drop = 'DELETE FROM detector_state WHERE detector = ? AND version = ? AND key = ?';
      run(this.#db, drop, detector, stored.version, key);
    } else {
      const bytes = stored.codec.encode(state);
      const put = 'INSERT OR REPLACE INTO detector_state VALUES (?, ?, ?, ?)';
      run(this.#db, put, detector, stored.version, key, bytes);
    }
  }

  #putFinding(finding: Finding, inState: boolean): void {
    const { id, fingerprint, kind, state, scope, firstSeen, lastSeen } = finding;
    run(
      this.#db,
      'INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [id, fingerprint, kind, state, scope.namespace, firstSeen, lastSeen, inState ? 1 : 0],
      JSON.stringify(finding),
    );
  }
}
