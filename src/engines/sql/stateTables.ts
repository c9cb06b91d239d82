import type { CycleState, StateChange } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import { HistoryError, type DetectorCodecs } from '../../store/history.ts';
import { StateChanges } from '../../store/stateChanges.ts';
import { StateParts, type StatePart } from '../../store/stateParts.ts';
import { put, type Db } from './db.ts';

/**
 * Detector state and findings. Changes of a batch are gathered and only the last of each row is
 * written: a row that changes in every window costs one write a batch.
 */
export class StateTables {
  readonly #db: Db;
  #codecs: DetectorCodecs = new Map();
  #pending = new StateChanges();
  /** By detector: what its stored parts hold, once they were changed. */
  #held = new Map<string, StateParts>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Reads the state for these detectors, as these versions of them wrote it. */
  async load(codecs: DetectorCodecs): Promise<Pick<CycleState, 'detectors' | 'findings'>> {
    this.useCodecs(codecs);
    const detectors = await decodedStates(codecs, this.#read);
    const findings = new Map<string, Finding>();
    for (const json of await this.#db.values<string>`SELECT finding
      FROM findings WHERE in_state = 1`) {
      const finding = JSON.parse(json) as Finding;
      findings.set(finding.fingerprint, finding);
    }
    return { detectors, findings };
  }

  /** Drops what other versions of these detectors wrote. */
  async dropOtherVersions(codecs: DetectorCodecs): Promise<void> {
    for (const [name, { version }] of codecs)
      await this.#db.run`DELETE
        FROM state_parts WHERE detector = ${name} AND version <> ${version}`;
  }

  /** How states are stored from now on. */
  useCodecs(codecs: DetectorCodecs): void {
    this.#codecs = codecs;
    this.#held = new Map();
  }

  /** Takes a window's changes; they are written by the next `flush`. */
  change(change: Pick<StateChange, 'detectors' | 'findings'>): void {
    this.#pending.add(change);
  }

  async flush(): Promise<void> {
    await this.write(this.#pending);
    this.#pending = new StateChanges();
  }

  /** Writes the rows of detectors anew that are stored as parts of them and of what changed since. */
  async putTogether(): Promise<void> {
    for (const detector of this.#codecs.keys()) {
      const parts = await this.#partsOf(detector);
      if (parts.hasChanges) await this.#putWhole(detector, parts);
    }
  }

  /** Writes gathered changes. */
  async write(changes: StateChanges): Promise<void> {
    for (const [detector, states] of changes.detectors) {
      await this.#putStates(detector, states);
    }
    for (const [fingerprint, { past, last }] of changes.findings) {
      for (const finding of past) await this.#putFinding(finding, false);
      await this.#db.run`UPDATE findings SET in_state = 0
          WHERE fingerprint = ${fingerprint} AND in_state = 1 AND id <> ${last?.id ?? ''}`;
      if (last !== null) await this.#putFinding(last, true);
    }
  }

  /** Drops what is held in memory: the tables are not as it says. */
  forget(): void {
    this.#pending = new StateChanges();
    this.#held = new Map();
  }

  async #putStates(detector: string, states: ReadonlyMap<string, unknown>): Promise<void> {
    const { version, codec } = this.#stored(detector);
    const parts = await this.#partsOf(detector);
    // `null` deletes the row (see StateChange).
    const encoded = Array.from(
      states,
      ([key, state]) => [key, state === null ? null : codec.encode(state)] as const,
    );
    const part = parts.change(encoded);
    if (part === null) return;
    if (parts.isLong) await this.#putWhole(detector, parts);
    else await appendPart(this.#db, detector, version, part);
  }

  async #putWhole(detector: string, parts: StateParts): Promise<void> {
    const { version } = this.#stored(detector);
    await this.#db.run`DELETE
      FROM state_parts WHERE detector = ${detector} AND version = ${version}`;
    for (const part of parts.whole()) await appendPart(this.#db, detector, version, part);
  }

  #stored(detector: string) {
    const stored = this.#codecs.get(detector);
    if (stored !== undefined) return stored;
    throw new HistoryError('io', `the state of ${detector} cannot be stored: it has no codec`);
  }

  async #partsOf(detector: string): Promise<StateParts> {
    const held = this.#held.get(detector);
    if (held !== undefined) return held;
    const parts = await this.#read(detector, this.#stored(detector).version);
    this.#held.set(detector, parts);
    return parts;
  }

  readonly #read = async (detector: string, version: number) =>
    partsFrom(
      await this.#db.all<StatePart>`SELECT key, part
        FROM state_parts WHERE detector = ${detector} AND version = ${version} ORDER BY seq`,
    );

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

export async function appendPart(
  db: Db,
  detector: string,
  version: number,
  part: Uint8Array,
): Promise<void> {
  await db.run`INSERT INTO state_parts (detector, version, part)
    VALUES (${detector}, ${version}, ${part})`;
}

/** The states of detectors, each from the parts that were stored of it. */
export async function decodedStates(
  codecs: DetectorCodecs,
  read: (detector: string, version: number) => Promise<StateParts>,
): Promise<Map<string, ReadonlyMap<string, unknown>>> {
  const detectors = new Map<string, ReadonlyMap<string, unknown>>();
  for (const [name, { version, codec }] of codecs) {
    const rows = (await read(name, version)).rows();
    detectors.set(name, new Map(rows.map(([key, row]) => [key, codec.decode(row)])));
  }
  return detectors;
}

/** Puts stored parts together, in their order. @throws HistoryError `corrupt` */
export function partsFrom(stored: readonly StatePart[]): StateParts {
  const parts = new StateParts();
  for (const part of stored) parts.add(part);
  return parts;
}
