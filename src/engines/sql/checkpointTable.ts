import type { CycleState } from '../../store/cycleState.ts';
import type { Finding } from '../../model/finding.ts';
import type { ExpectedSamples } from '../../model/snapshot.ts';
import { DAY_MS, formatTime, type TimeMs } from '../../model/time.ts';
import { isBack, isWholePart, type StatePart, type StateParts } from '../../store/stateParts.ts';
import { HistoryError, type DetectorCodecs } from '../../store/history.ts';
import { raw, putNew, type Db } from './db.ts';
import { appendPart, decodedStates, partsFrom } from './stateTables.ts';

const KEPT_MS = 14 * DAY_MS;

/** Outages are recorded without a window: a replay of windows leaves them as they are. */
const WINDOWLESS = raw('id IN (SELECT finding_id FROM finding_events WHERE by_window = 0)');

interface Checkpoint extends Pick<CycleState, 'expectedSamples'> {
  readonly watermark: TimeMs;
  readonly findings: readonly Finding[];
}

/** A part of a detector's rows in a checkpoint. */
interface StoredPart extends StatePart {
  readonly seq: number;
}

/** Whose rows they are, and in which form. */
interface Detector {
  readonly detector: string;
  readonly version: number;
}

/**
 * The state as it was when a UTC day began; kept for 14 days, so that verdicts can be replayed. The last one holds a
 * detector's rows, those before it what to change in the rows of the next one: a third of them.
 */
export class CheckpointTable {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Copies the state as it is now: all windows before `at` are in it, and it is put together. */
  async take(at: TimeMs, expected: ExpectedSamples): Promise<void> {
    const findings = await this.#db.values<string>`SELECT finding
      FROM findings WHERE in_state = 1 ORDER BY id`;
    const before = await this.#db.value<TimeMs | null>`SELECT max(at) FROM checkpoints`;
    await putNew(this.#db, 'checkpoints', ['at'], {
      at,
      expected_samples: JSON.stringify(expected),
      findings: `[${findings.join(',')}]`,
    });
    await this.#copy(at);
    if (before !== null && before !== undefined) await this.#turnBack(before, at);
    await this.#db.run`DELETE FROM checkpoints WHERE at < ${at - KEPT_MS}`;
  }

  async oldest(): Promise<TimeMs | null> {
    return (await this.#db.value<TimeMs | null>`SELECT min(at) FROM checkpoints`) ?? null;
  }

  /** Makes a state that `before` gave (or the empty one) the present state again; later checkpoints are dropped. */
  async restore(state: CycleState): Promise<void> {
    const at = state.watermark ?? 0;
    const states = new Map<Detector, StateParts>();
    for (const one of await this.#detectorsAt(at)) states.set(one, await this.#partsAt(at, one));
    await this.#db.run`DELETE FROM checkpoints WHERE at > ${at}`;
    await this.#db.run`DELETE FROM checkpoint_parts WHERE at = ${at}`;
    await this.#db.run`DELETE FROM state_parts`;
    for (const [{ detector, version }, parts] of states)
      for (const part of parts.whole()) await appendPart(this.#db, detector, version, part);
    await this.#copy(at);
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
      detectors: await decodedStates(codecs, (detector, version) =>
        this.#partsAt(row.watermark, { detector, version }),
      ),
    };
  }

  /** A detector's rows as they were at `at`. */
  async #partsAt(at: TimeMs, one: Detector): Promise<StateParts> {
    const stored = await this.#stored(at, one);
    const [first] = stored;
    if (first === undefined || !isBack(first)) return partsFrom(stored);
    const next = await this.#db
      .value<TimeMs | null>`SELECT min(at) FROM checkpoints WHERE at > ${at}`;
    if (next === null || next === undefined)
      throw new HistoryError('corrupt', `the state of ${formatTime(at)} lacks what it was made of`);
    return (await this.#partsAt(next, one)).back(first.part);
  }

  #detectorsAt(at: TimeMs): Promise<readonly Detector[]> {
    return this.#db
      .all<Detector>`SELECT DISTINCT detector, version FROM checkpoint_parts WHERE at = ${at}`;
  }

  #stored(at: TimeMs, { detector, version }: Detector): Promise<readonly StoredPart[]> {
    return this.#db.all<StoredPart>`SELECT seq, key, part FROM checkpoint_parts
      WHERE at = ${at} AND detector = ${detector} AND version = ${version} ORDER BY seq`;
  }

  async #copy(at: TimeMs): Promise<void> {
    await this.#db.run`INSERT INTO checkpoint_parts (at, seq, detector, version, key, part)
      SELECT ${at}, seq, detector, version, key, part FROM state_parts`;
  }

  /** Keeps of a checkpoint what to change in the next one. */
  async #turnBack(at: TimeMs, next: TimeMs): Promise<void> {
    for (const one of await this.#detectorsAt(next)) {
      const stored = await this.#stored(at, one);
      const [first] = stored;
      // A damaged copy stays as it is, for `doctor` to find: recording does not depend on it.
      if (first === undefined || !stored.every(isWholePart)) continue;
      const part = partsFrom(stored).backFrom(await this.#partsAt(next, one));
      const { detector, version } = one;
      await this.#db.run`DELETE FROM checkpoint_parts
        WHERE at = ${at} AND detector = ${detector} AND version = ${version}`;
      await this.#db.run`INSERT INTO checkpoint_parts (at, seq, detector, version, part)
        VALUES (${at}, ${first.seq}, ${detector}, ${version}, ${part})`;
    }
  }
}
