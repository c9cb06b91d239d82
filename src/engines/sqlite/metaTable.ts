import type { ExpectedSamples } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { HistorySpan } from '../../store/history.ts';
import {
  requireGrid,
  requireSameIdentity,
  type HistoryIdentity,
} from '../../store/historyIdentity.ts';
import { run, value, type Db } from './database.ts';

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
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  get<K extends keyof MetaValues>(key: K): MetaValues[K] | null {
    return value<MetaValues[K]>(this.#db, 'SELECT value FROM meta WHERE key = ?', key) ?? null;
  }

  set<K extends keyof MetaValues>(key: K, value: MetaValues[K]): void {
    run(this.#db, 'INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value);
  }

  expectedSamples(): ExpectedSamples {
    const json = this.get('expected_samples');
    return json === null ? {} : (JSON.parse(json) as ExpectedSamples);
  }

  identity(): HistoryIdentity | null {
    const cluster = this.get('cluster');
    const currency = this.get('currency');
    const windowMs = this.get('window_ms');
    if (cluster === null || currency === null || windowMs === null) return null;
    return { cluster, currency, windowMs };
  }

  /** What is sealed and still kept. */
  span(): HistorySpan {
    return {
      watermark: this.get('watermark') ?? 0,
      windowsFrom: this.get('windows_from') ?? 0,
      hoursFrom: this.get('hours_from') ?? 0,
    };
  }

  /** Writes the identity into a new file; refuses another one. @throws HistoryError */
  claim(path: string, wanted: HistoryIdentity): void {
    requireGrid(wanted);
    this.requireSame(path, wanted);
    this.set('cluster', wanted.cluster);
    this.set('currency', wanted.currency);
    this.set('window_ms', wanted.windowMs);
  }

  /** Refuses a history that was made for something else; a new one has no identity yet. @throws HistoryError */
  requireSame(path: string, wanted: Partial<HistoryIdentity>): void {
    const found = this.identity();
    if (found !== null) requireSameIdentity(path, found, wanted);
  }
}
