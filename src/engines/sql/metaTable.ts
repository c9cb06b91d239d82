import type { ExpectedSamples } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { FleetRecord, HistorySpan } from '../../store/history.ts';
import {
  requireGrid,
  requireSameIdentity,
  type HistoryIdentity,
} from '../../store/historyIdentity.ts';
import { put, type Db } from './db.ts';

interface MetaValues {
  readonly cluster: string;
  readonly currency: string;
  readonly window_ms: number;
  /** End of the last sealed window, and of the first one. */
  readonly watermark: TimeMs;
  readonly history_start: TimeMs;
  readonly expected_samples: ExpectedSamples;
  /** Window rows, and hours, before these were pruned. */
  readonly windows_from: TimeMs;
  readonly hours_from: TimeMs;
  readonly rewritten: number;
  readonly fleet: FleetRecord | null;
}

/** Single values of the history, by name, as JSON. What is set is stored by `flush`. */
export class MetaTable {
  readonly #db: Db;
  readonly #set = new Map<keyof MetaValues, string>();

  constructor(db: Db) {
    this.#db = db;
  }

  async get<K extends keyof MetaValues>(key: K): Promise<MetaValues[K] | null> {
    const json =
      this.#set.get(key) ??
      (await this.#db.value<string>`SELECT value FROM meta WHERE key = ${key}`);
    return json === undefined ? null : (JSON.parse(json) as MetaValues[K]);
  }

  set<K extends keyof MetaValues>(key: K, value: MetaValues[K]): void {
    this.#set.set(key, JSON.stringify(value));
  }

  /** Stores what was set; it is read from here until the transaction ends. */
  async flush(): Promise<void> {
    const rows = [...this.#set].map(([key, value]) => ({ key, value }));
    await put(this.#db, 'meta', ['key'], ...rows);
    this.#set.clear();
  }

  forget(): void {
    this.#set.clear();
  }

  async expectedSamples(): Promise<ExpectedSamples> {
    return (await this.get('expected_samples')) ?? {};
  }

  async identity(): Promise<HistoryIdentity | null> {
    const cluster = await this.get('cluster');
    const currency = await this.get('currency');
    const windowMs = await this.get('window_ms');
    if (cluster === null || currency === null || windowMs === null) return null;
    return { cluster, currency, windowMs };
  }

  /** What is sealed and still kept. */
  async span(): Promise<HistorySpan> {
    return {
      watermark: (await this.get('watermark')) ?? 0,
      windowsFrom: (await this.get('windows_from')) ?? 0,
      hoursFrom: (await this.get('hours_from')) ?? 0,
      rewritten: (await this.get('rewritten')) ?? 0,
    };
  }

  /**
   * Writes the identity into a new file; refuses another one. What is left for other clusters is left as it is where it is
   * not given. @throws HistoryError
   */
  async claim(
    path: string,
    { fleet, ...wanted }: HistoryIdentity & { readonly fleet?: FleetRecord | null | undefined },
  ): Promise<void> {
    requireGrid(wanted);
    await this.requireSame(path, wanted);
    if (fleet !== undefined) await this.leave(fleet);
    this.set('cluster', wanted.cluster);
    this.set('currency', wanted.currency);
    this.set('window_ms', wanted.windowMs);
    await this.flush();
  }

  /** Leaves what the processes that write other clusters read of this one; `flush` writes it. */
  async leave(fleet: FleetRecord | null): Promise<void> {
    if (fleet !== null || (await this.get('fleet')) !== null) this.set('fleet', fleet);
  }

  /** Refuses a history that was made for something else; a new one has no identity yet. @throws HistoryError */
  async requireSame(path: string, wanted: Partial<HistoryIdentity>): Promise<void> {
    const found = await this.identity();
    if (found !== null) requireSameIdentity(path, found, wanted);
  }
}
