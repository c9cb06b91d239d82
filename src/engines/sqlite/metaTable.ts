import type { ExpectedSamples } from '../../model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import type { Db, Statement } from './database.ts';

/** What a history was made for. Changing any of it would make old and new rows incomparable. */
export interface HistoryIdentity {
  readonly cluster: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Length of a window; it divides the hour. */
  readonly windowMs: number;
}

interface MetaValues {
  readonly cluster: string;
  readonly currency: string;
  readonly window_ms: number;
  /** End of the last sealed window, and of the first one. */
  readonly watermark: TimeMs;
  readonly history_start: TimeMs;
  /** JSON of `ExpectedSamples`. */
  readonly expected_samples: string;
  /** Window rows, and hours, before these were pruned. */
  readonly windows_from: TimeMs;
  readonly hours_from: TimeMs;
}

/** Single values of the history, by name. */
export class MetaTable {
  readonly #get: Statement;
  readonly #set: Statement | null;

  private constructor(get: Statement, set: Statement | null) {
    this.#get = get;
    this.#set = set;
  }

  static create(db: Db): MetaTable {
    return new MetaTable(
      db.prepare('SELECT value FROM meta WHERE key = ?').pluck(),
      db.readonly ? null : db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
    );
  }

  get<K extends keyof MetaValues>(key: K): MetaValues[K] | null {
    return (this.#get.get(key) as MetaValues[K] | undefined) ?? null;
  }

  set<K extends keyof MetaValues>(key: K, value: MetaValues[K]): void {
    this.#set!.run(key, value);
  }

  expectedSamples(): ExpectedSamples {
    const json = this.get('expected_samples');
    return json === null ? { cadvisor: 0, kubeState: 0 } : (JSON.parse(json) as ExpectedSamples);
  }

  identity(): HistoryIdentity | null {
    const cluster = this.get('cluster');
    const currency = this.get('currency');
    const windowMs = this.get('window_ms');
    if (cluster === null || currency === null || windowMs === null) return null;
    return { cluster, currency, windowMs };
  }

  /** Writes the identity into a new file; refuses another one. @throws HistoryError */
  claim(path: string, wanted: HistoryIdentity): void {
    if (HOUR_MS % wanted.windowMs !== 0) {
      throw new HistoryError(
        'other-grid',
        `schedule.window of ${wanted.windowMs / 1000}s does not divide an hour: use 1m, 5m, 10m, 15m, 30m or 1h`,
      );
    }
    const found = this.identity();
    if (found === null) {
      this.set('cluster', wanted.cluster);
      this.set('currency', wanted.currency);
      this.set('window_ms', wanted.windowMs);
      return;
    }
    this.requireSame(path, wanted);
  }

  /** Refuses a history that was made for something else; a new one is nobody's yet. @throws HistoryError */
  requireSame(path: string, wanted: Partial<HistoryIdentity>): void {
    const found = this.identity();
    if (found === null) return;
    const refuse = (code: HistoryError['code'], key: string, has: string, asked: string) => {
      throw new HistoryError(
        code,
        `the history ${path} was made with ${key} ${has}, the configuration says ${asked}: set ${key} back, or set history.path to a new file`,
      );
    };
    const {
      cluster = found.cluster,
      currency = found.currency,
      windowMs = found.windowMs,
    } = wanted;
    if (found.cluster !== cluster) refuse('other-cluster', 'cluster', found.cluster, cluster);
    if (found.currency !== currency) {
      refuse('other-currency', 'pricing.currency', found.currency, currency);
    }
    if (found.windowMs !== windowMs) {
      const seconds = (ms: number) => `${ms / 1000}s`;
      refuse('other-grid', 'schedule.window', seconds(found.windowMs), seconds(windowMs));
    }
  }
}
