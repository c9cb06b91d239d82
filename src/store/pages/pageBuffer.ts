import type { Page, PageCodec } from './pageCodec.ts';

/** A page of one key as it is stored. */
export interface PageRow {
  readonly key: number;
  readonly page: Uint8Array;
}

/** The stored pages of one level (`bucket, key → page`), as an engine reads and writes them. */
export interface PageRows {
  load(bucket: number): Promise<Iterable<PageRow>>;
  put(bucket: number, rows: readonly PageRow[]): Promise<void>;
  remove(bucket: number, keys: readonly number[]): Promise<void>;
}

/**
 * The pages of one level, with those of one bucket held in memory while they are written: the windows of a
 * batch, or the hours of a day, arrive together. Nothing is stored before `flush`; `forget` drops what is held,
 * after an error or to save memory.
 */
export class PageBuffer {
  readonly codec: PageCodec;
  readonly #rows: PageRows;
  #bucket: number | null = null;
  #pages = new Map<number, Page>();
  #dirty = new Set<number>();

  constructor(codec: PageCodec, rows: PageRows) {
    this.codec = codec;
    this.#rows = rows;
  }

  /** The pages of a bucket by key; the bucket held before is written first. */
  async pages(bucket: number): Promise<ReadonlyMap<number, Page>> {
    if (this.#bucket !== bucket) {
      await this.flush();
      const rows = await this.#rows.load(bucket);
      this.#bucket = bucket;
      this.#pages = new Map();
      for (const { key, page } of rows) {
        this.#pages.set(key, this.codec.decode(page));
      }
    }
    return this.#pages;
  }

  /** The values of one slot of a held bucket, to be filled in by the caller; made when missing. */
  slot(bucket: number, key: number, slot: number): { values: Float64Array; offset: number } {
    if (this.#bucket !== bucket) throw new RangeError(`the pages of ${bucket} are not held`);
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.codec.empty();
      this.#pages.set(key, page);
    }
    page.present[slot] = 1;
    this.#dirty.add(key);
    return { values: page.values, offset: slot * this.codec.columns.length };
  }

  /** Empties one slot of every key, before it is written anew. */
  async clearSlot(bucket: number, slot: number): Promise<void> {
    for (const [key, page] of await this.pages(bucket)) {
      if (page.present[slot] === 0) continue;
      page.present[slot] = 0;
      this.#dirty.add(key);
    }
  }

  /** Writes what changed; a page without rows is deleted. */
  async flush(): Promise<void> {
    const bucket = this.#bucket;
    if (bucket === null || this.#dirty.size === 0) return;
    const changed: PageRow[] = [];
    const empty: number[] = [];
    for (const key of [...this.#dirty].sort((a, b) => a - b)) {
      const page = this.#pages.get(key)!;
      if (page.present.includes(1)) changed.push({ key, page: this.codec.encode(page) });
      else {
        empty.push(key);
        this.#pages.delete(key);
      }
    }
    this.#dirty = new Set();
    await this.#rows.put(bucket, changed);
    await this.#rows.remove(bucket, empty);
  }

  forget(): void {
    this.#bucket = null;
    this.#pages = new Map();
    this.#dirty = new Set();
  }
}
