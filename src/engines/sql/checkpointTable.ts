import type { CycleState } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import type { ExpectedSamples } from '../../model/snapshot.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { StatePart } from '../../store/stateParts.ts';
import type { DetectorCodecs } from '../../store/history.ts';
import { all, first, run, value, values, type Db } from './db.ts';
import { partsFrom } from './stateTables.ts';

const KEPT_MS = 14 * DAY_MS;

/** Outages are recorded without a window: a replay of windows leaves them as they are. */
const WINDOWLESS = 'id IN (SELECT finding_id FROM finding_events WHERE by_window = 0)';

/** Puts detector state and findings back to where a checkpoint (`:at`) was taken; without one, to nothing. */
const RESTORE = [
  'DELETE FROM state_parts WHERE :at = :at',
  `INSERT INTO state_parts (detector, version, key, part)
   SELECT detector, version, key, part FROM checkpoint_parts WHERE at = :at ORDER BY seq`,
  `DELETE FROM findings WHERE first_seen > :at AND NOT ${WINDOWLESS}`,
  `UPDATE findings SET in_state = 0 WHERE in_state = 1 AND :at = :at AND NOT ${WINDOWLESS}`,
] as const;

/** The state as it was when a UTC day began; kept for 14 days, so that verdicts can be replayed. */
export class CheckpointTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Copies the state as it is now: all windows before `at` are in it. */
  async take(at: TimeMs, expected: ExpectedSamples): Promise<void> {
    const inState = 'SELECT finding FROM findings WHERE in_state = 1 ORDER BY id';
    const findings = await values<string>(this.#db, inState);
    await run(this.#db, 'DELETE FROM checkpoints WHERE at = ?', at);
    await run(
      this.#db,
      'INSERT INTO checkpoints (at, expected_samples, findings) VALUES (?, ?, ?)',
      [at, JSON.stringify(expected), `[${findings.join(',')}]`],
    );
    await run(
      this.#db,
      `INSERT INTO checkpoint_parts (at, seq, detector, version, key, part)
       SELECT ?, seq, detector, version, key, part FROM state_parts`,
      at,
    );
    await run(this.#db, 'DELETE FROM checkpoints WHERE at < ?', at - KEPT_MS);
  }

  async dropAfter(at: TimeMs): Promise<void> {
    await run(this.#db, 'DELETE FROM checkpoints WHERE at > ?', at);
  }

  async oldest(): Promise<TimeMs | null> {
    return (await value<TimeMs | null>(this.#db, 'SELECT min(at) FROM checkpoints')) ?? null;
  }

  /** Makes a state that `before` gave (or the empty one) the present state again. */
  async restore(state: CycleState): Promise<void> {
    const at = state.watermark ?? 0;
    for (const sql of RESTORE) await run(this.#db, sql, { at });
    for (const finding of state.findings.values()) {
      const sql =
        'UPDATE findings SET state = ?, last_seen = ?, in_state = 1, finding = ? WHERE id = ?';
      const { id, state: stands, lastSeen } = finding;
      await run(this.#db, sql, stands, lastSeen, JSON.stringify(finding), id);
    }
  }

  /** The latest state that knows nothing of windows after `time`, or null when none is kept. */
  async before(
    time: TimeMs,
    historyStart: TimeMs | null,
    codecs: DetectorCodecs,
  ): Promise<CycleState | null> {
    const row = await first<{ at: TimeMs; expected_samples: string; findings: string }>(
      this.#db,
      'SELECT at, expected_samples, findings FROM checkpoints WHERE at <= ? ORDER BY at DESC LIMIT 1',
      time,
    );
    if (row === undefined) return null;
    const findings = JSON.parse(row.findings) as readonly Finding[];
    return {
      historyStart,
      watermark: row.at,
      expectedSamples: JSON.parse(row.expected_samples) as ExpectedSamples,
      detectors: await this.#detectors(row.at, codecs),
      findings: new Map(findings.map((finding) => [finding.fingerprint, finding])),
    };
  }

  async #detectors(
    at: TimeMs,
    codecs: DetectorCodecs,
  ): Promise<Map<string, ReadonlyMap<string, unknown>>> {
    const detectors = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [name, { version, codec }] of codecs) {
      const stored = await all<StatePart>(
        this.#db,
        `SELECT key, part FROM checkpoint_parts WHERE at = ? AND detector = ? AND version = ?
         ORDER BY seq`,
        [at, name, version],
      );
      const rows = partsFrom(stored).rows();
      detectors.set(name, new Map(rows.map(([key, row]) => [key, codec.decode(row)])));
    }
    return detectors;
  }
}
