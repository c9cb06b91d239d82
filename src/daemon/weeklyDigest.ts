import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import { dueAt } from '../digest/due.ts';
import { lastWeek } from '../store/digests/week.ts';
import { HOUR_MS, type TimeMs } from '../model/time.ts';
import type { CycleSupervisor } from './cycleSupervisor.ts';
import type { NotifyPump } from './notifyPump.ts';
import { SingleFlight, type Ticked } from './singleFlight.ts';

/** So long a digest waits for windows of its week that are not sealed yet; then it says what is missing. */
const WAITS_FOR_DATA_MS = 12 * HOUR_MS;
/** So much longer a digest of several clusters waits for theirs. */
const WAITS_FOR_CLUSTERS_MS = HOUR_MS;

export interface WeeklyDigestParts {
  config(): Config;
  readonly cycles: Pick<CycleSupervisor, 'digest' | 'watermark'>;
  readonly pump: Pick<NotifyPump, 'wake'>;
  readonly log: Logger;
  now(): TimeMs;
  /** Whether the clock may be ahead: then only weeks that are sealed are over. */
  isInDoubt(): boolean;
  /** When the first message was planned; null before: till then nothing is sent. */
  installedAt(now: TimeMs): Promise<TimeMs | null>;
}

/**
 * Sends the digest of each week once it is due. Ticks only make it look: what was sent is known by the
 * history, so that a restart, downtime or a second process changes nothing.
 */
export class WeeklyDigest implements Ticked {
  readonly #parts: WeeklyDigestParts;
  readonly #flight = new SingleFlight();
  /** Start of the last week that needs no more looking at, under the schedule it was decided with. */
  #done: string | null = null;
  #stopped = false;
  #due: { readonly key: string; readonly at: TimeMs | null } | null = null;

  constructor(parts: WeeklyDigestParts) {
    this.#parts = parts;
  }

  /** Looks whether a digest is due, unless that is being done already. */
  tick(): void {
    if (this.#stopped) return;
    this.#flight.start(async () => {
      try {
        await this.look();
      } catch (error) {
        if (!this.#stopped) this.#parts.log.error({ err: error }, 'Weekly digest failed, retrying');
      }
    });
  }

  /** Sends what is due. Returns the week's name when this call sent its digest. */
  async look(): Promise<string | null> {
    const { cycles, config, log, now, isInDoubt, pump } = this.#parts;
    const time = now();
    const { digest, timezone } = config().schedule;
    const week = lastWeek(time, timezone);
    const key = `${week.start} ${digest} ${timezone}`;
    if (key === this.#done) return null;
    if (this.#due?.key !== key) {
      this.#due = { key, at: dueAt({ digest, timezone }, week) };
    }
    const due = this.#due.at;
    if (due === null || time < due) return null;
    const installedAt = await this.#parts.installedAt(time);
    if (installedAt === null) return null;
    const isSealed = (cycles.watermark ?? 0) >= week.end;
    if (!isSealed && (isInDoubt() || time - due < WAITS_FOR_DATA_MS)) return null;
    if (due < installedAt) {
      this.#done = key;
      return null;
    }
    const { outcome, reason } = await cycles.digest({
      week,
      dueAt: due,
      now: time,
      installedAt,
      mayWait: time - due < WAITS_FOR_DATA_MS + WAITS_FOR_CLUSTERS_MS,
    });
    if (outcome === 'waits') return null;
    this.#done = key;
    if (outcome === 'no-data')
      log.warn(
        { week: week.name, reason },
        'No weekly digest: the history holds nothing of the week',
      );
    if (outcome === 'kept') log.info({ week: week.name }, 'Weekly digest made for all clusters');
    if (outcome !== 'sent') return null;
    log.info({ week: week.name }, 'Weekly digest queued');
    pump.wake();
    return week.name;
  }

  /** What is being made ends with the cycle thread; the next start makes it again. */
  stop(): void {
    this.#stopped = true;
  }
}
