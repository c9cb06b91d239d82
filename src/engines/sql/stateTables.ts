import type { CycleState, StateChange } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import { HistoryError, type DetectorCodecs } from '../../store/history.ts';
import { StateChanges } from '../../store/stateChanges.ts';
import { all, list, put, run, values, type Db, type Row } from './db.ts';

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

  /** Reads the state for these detectors, as these versions of them wrote it. */
  async load(codecs: DetectorCodecs): Promise<Pick<CycleState, 'detectors' | 'findings'>> {
    this.useCodecs(codecs);
    const detectors = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [name, { version, codec }] of codecs) {
      const states = new Map<string, unknown>();
      const read = 'SELECT key, state FROM detector_state WHERE detector = ? AND version = ?';
      for (const row of await all<{ key: string; state: Buffer }>(this.#db, read, name, version)) {
        states.set(row.key, codec.decode(row.state));
      }
      detectors.set(name, states);
    }
    const findings = new Map<string, Finding>();
    const inState = 'SELECT finding FROM findings WHERE in_state = 1';
    for (const json of await values<string>(this.#db, inState)) {
      const finding = JSON.parse(json) as Finding;
      findings.set(finding.fingerprint, finding);
    }
    return { detectors, findings };
  }

  /** Drops what other versions of these detectors wrote. */
  async dropOtherVersions(codecs: DetectorCodecs): Promise<void> {
    const drop = 'DELETE FROM detector_state WHERE detector = ? AND version <> ?';
    for (const [name, { version }] of codecs) await run(this.#db, drop, name, version);
  }

  /** How states are stored from now on. */
  useCodecs(codecs: DetectorCodecs): void {
    this.#codecs = codecs;
  }

  /** Takes a window's changes; they are written by the next `flush`. */
  change(change: Pick<StateChange, 'detectors' | 'findings'>): void {
    this.#pending.add(change);
  }

  async flush(): Promise<void> {
    await this.write(this.#pending);
    this.forget();
  }

  /** Writes gathered changes. */
  async write(changes: StateChanges): Promise<void> {
    for (const [detector, states] of changes.detectors) {
      await this.#putStates(detector, states);
    }
    for (const [fingerprint, { past, last }] of changes.findings) {
      for (const finding of past) await this.#putFinding(finding, false);
      await run(
        this.#db,
        'UPDATE findings SET in_state = 0 WHERE fingerprint = ? AND in_state = 1 AND id <> ?',
        [fingerprint, last?.id ?? ''],
      );
      if (last !== null) await this.#putFinding(last, true);
    }
  }

  forget(): void {
    this.#pending = new StateChanges();
  }

  async #putStates(detector: string, states: ReadonlyMap<string, unknown>): Promise<void> {
    const stored = this.#codecs.get(detector);
    if (stored === undefined) {
      throw new HistoryError('io', `the state of ${detector} cannot be stored: it has no codec`);
    }
    const { version, codec } = stored;
    const rows: Row[] = [];
    // `null` deletes the row (see StateChange).
    const gone: string[] = [];
    for (const [key, state] of states) {
      if (state === null) gone.push(key);
      else rows.push({ detector, version, key, state: codec.encode(state) });
    }
    await this.#db.store('detector_state', ['detector', 'version', 'key'], rows, 'new');
    if (gone.length === 0) return;
    const drop = `DELETE FROM detector_state WHERE detector = ? AND version = ?
      AND key IN (SELECT value FROM json_each(?))`;
    await run(this.#db, drop, detector, version, list(gone));
  }

  async #putFinding(finding: Finding, inState: boolean): Promise<void> {
    const { id, fingerprint, kind, state, scope, firstSeen, lastSeen } = finding;
    await put(this.#db, 'findings', ['id'], {
      id,
      fingerprint,
      kind,
      state,
      namespace: scope.namespace,
      first_seen: firstSeen,
      last_seen: lastSeen,
      in_state: inState ? 1 : 0,
      finding: JSON.stringify(finding),
    });
  }
}
