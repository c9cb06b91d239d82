import type { CycleState } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import type { ExpectedSamples } from '../../model/snapshot.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { StatePart } from '../../store/stateParts.ts';
import type { DetectorCodecs } from '../../store/history.ts';
import { raw, putNew, type Db } from './db.ts';
import { decodedStates } from './stateTables.ts';

const KEPT_MS = 14 * DAY_MS;

/** Outages are recorded without a window: a replay of windows leaves them as they are. */
const WINDOWLESS = raw('id IN (SELECT finding_id FROM finding_events WHERE by_window = 0)');

interface Checkpoint extends Pick<CycleState, 'expectedSamples'> {
  readonly watermark: TimeMs;
  readonly findings: readonly Finding[];
}

/** The state as it was when a UTC day began; kept for 14 days, so that verdicts can be replayed. */
export class CheckpointTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Copies the state as it is now: all windows before `at` are in it. */
  async take(at: TimeMs, expected: ExpectedSamples): Promise<void> {
    const findings = await this.#db.values<string>`SELECT finding
      FROM findings WHERE in_state = 1 ORDER BY id`;
    await this.#db.run`DELETE FROM checkpoints WHERE at = ${at}`;
    await putNew(this.#db, 'checkpoints', ['at'], {
      at,
      expected_samples: JSON.stringify(expected),
      findings: `[${findings.join(',')}]`,
    });
    await this.#db.run`INSERT INTO checkpoint_parts (at, seq, detector, version, key, part)
       SELECT ${at}, seq, detector, version, key, part FROM state_parts`;
    await this.#db.run`DELETE FROM checkpoints WHERE at < ${at - KEPT_MS}`;
  }

  async dropAfter(at: TimeMs): Promise<void> {
    await this.#db.run`DELETE FROM checkpoints WHERE at > ${at}`;
  }

  async oldest(): Promise<TimeMs | null> {
    return (await this.#db.value<TimeMs | null>`SELECT min(at) FROM checkpoints`) ?? null;
  }

  /** Makes a state that `before` gave (or the empty one) the present state again. */
  async restore(state: CycleState): Promise<void> {
    const at = state.watermark ?? 0;
    await this.#db.run`DELETE FROM state_parts`;
    await this.#db.run`INSERT INTO state_parts (detector, version, key, part)
      SELECT detector, version, key, part FROM checkpoint_parts WHERE at = ${at} ORDER BY seq`;
    await this.#db.run`DELETE FROM findings WHERE first_seen > ${at} AND NOT ${WINDOWLESS}`;
    await this.#db.run`UPDATE findings SET in_state = 0 WHERE in_state = 1 AND NOT ${WINDOWLESS}`;
    for (const finding of state.findings.values()) {
      await this.#db
        .run`UPDATE findings SET state = ${finding.state}, last_seen = ${finding.lastSeen},
        in_state = 1, finding = ${JSON.stringify(finding)} WHERE id = ${finding.id}`;
    }
  }

  /** The latest state that knows nothing of windows after `time`, or null when none is kept. */
  async before(
    time: TimeMs,
    historyStart: TimeMs | null,
    codecs: DetectorCodecs,
  ): Promise<CycleState | null> {
    const [row] = await this.#db.parsed<Checkpoint>(
      'expectedSamples',
      'findings',
    )`SELECT at AS watermark, expected_samples AS expectedSamples, findings FROM checkpoints
      WHERE at <= ${time} ORDER BY at DESC LIMIT 1`;
    if (row === undefined) return null;
    return {
      ...row,
      historyStart,
      findings: new Map(row.findings.map((finding) => [finding.fingerprint, finding])),
      detectors: await decodedStates(
        codecs,
        (name, version) => this.#db.all<StatePart>`SELECT key, part FROM checkpoint_parts
          WHERE at = ${row.watermark} AND detector = ${name} AND version = ${version} ORDER BY seq`,
      ),
    };
  }
}
