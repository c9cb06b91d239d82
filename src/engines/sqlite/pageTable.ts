import type { Db, Statement } from './database.ts';
import type { Page, PageCodec } from '../../store/pages/pageCodec.ts';

interface Statements {
  readonly load: Statement;
  readonly put: Statement;
  readonly remove: Statement;
}

/**
 * One table of pages (`bucket, key → page`) with the pages of one bucket held in memory while they
 * are written: the windows of a batch, or the hours of a day, arrive together. Nothing reaches the
 * file before `flush`; `forget` drops what is held, after an error or to save memory.
 */
export class PageTable {
  readonly codec: PageCodec;
  readonly #statements: Statements;
  #bucket: number | null = null;
  #pages = new Map<number, Page>();
  #dirty = new Set<number>();

  private constructor(codec: PageCodec, statements: Statements) {
    this.codec = codec;
    this.#statements = statements;
  }

  /** @param columns names of the bucket's and the key's column. */
  static create(
    db: Db,
    table: string,
    [bucket, key]: readonly [string, string],
    codec: PageCodec,
  ): PageTable {
    return new PageTable(codec, {
      load: db.prepare(`SELECT ${key} AS key, page FROM ${table} WHERE ${bucket} = ?`),
      put: db.prepare(`INSERT OR REPLACE INTO ${table} (${bucket}, ${key}, page) VALUES (?, ?, ?)`),
      remove: db.prepare(`DELETE FROM ${table} WHERE ${bucket} = ? AND ${key} = ?`),
    });
  }

  /** The pages of a bucket by key; the bucket held before is written first. */
  pages(bucket: number): ReadonlyMap<number, Page> {
    if (this.#bucket !== bucket) {
      this.flush();
      this.#bucket = bucket;
      this.#pages = new Map();
      const rows = this.#statements.load.iterate(bucket) as IterableIterator<{
        key: number;
        page: Buffer;
      }>;
      for (const row of rows) this.#pages.set(row.key, this.codec.decode(row.page));
    }
    return this.#pages;
  }

  /** The values of one slot, to be filled in by the caller; made when missing. */
  slot(bucket: number, key: number, slot: number): { values: Float64Array; offset: number } {
    const pages = this.pages(bucket);
    let page = pages.get(key);
    if (page === undefined) {
      page = this.codec.empty();
      this.#pages.set(key, page);
    }
    page.present[slot] = 1;
    this.#dirty.add(key);
    return { values: page.values, offset: slot * this.codec.columns.length };
  }

  /** Empties one slot of every key, before it is written anew. */
  clearSlot(bucket: number, slot: number): void {
    for (const [key, page] of this.pages(bucket)) {
      if (page.present[slot] === 0) continue;
      page.present[slot] = 0;
      this.#dirty.add(key);
    }
  }

  /** Writes what changed; a page without rows is deleted. */
  flush(): void {
    const bucket = this.#bucket;
    if (bucket === null || this.#dirty.size === 0) return;
    for (const key of [...this.#dirty].sort((a, b) => a - b)) {
      const page = this.#pages.get(key)!;
      if (page.present.includes(1)) this.#statements.put.run(bucket, key, this.codec.encode(page));
      else {
        this.#statements.remove.run(bucket, key);
        this.#pages.delete(key);
      }
    }
    this.#dirty = new Set();
  }

  forget(): void {
    this.#bucket = null;
    this.#pages = new Map();
    this.#dirty = new Set();
  }
}
