import { OpenPages, packSlot, WrittenSlot, type StoredSlot } from './openSlots.ts';
import { BlockReader, KEYS_OF_ROW, packRow, rowsOf } from './pageBlock.ts';
import type { Page, PageCodec, PageRow } from './pageCodec.ts';

/** The stored pages of one level (`bucket, key → page`), as an engine reads and writes them. */
export interface PageRows {
  load(bucket: number): Promise<Iterable<PageRow>>;
  put(bucket: number, rows: readonly PageRow[]): Promise<void>;
  remove(bucket: number, keys: readonly number[]): Promise<void>;
}

/** The slots of buckets that are not whole yet: each is stored once, and pages are made of all of them. */
export interface OpenSlots {
  load(bucket: number): Promise<readonly StoredSlot[]>;
  put(bucket: number, slots: readonly StoredSlot[]): Promise<void>;
  remove(bucket: number): Promise<void>;
}

/** Rows to be stored, and keys of rows that are not needed any more. */
interface Changes {
  readonly changed: readonly PageRow[];
  readonly gone: readonly number[];
}

/** The pages of a bucket that have rows, by their keys. */
export interface BucketPages {
  keys(): readonly number[];
  /** In the order of `keys`; each page is good until the next one. */
  [Symbol.iterator](): Iterator<readonly [key: number, page: Page]>;
}

/**
 * The pages of one level, with those of one bucket held in memory while they are written: the windows of a
 * batch, or the hours of a day, arrive together. Nothing is stored before `flush`; `forget` drops what is held,
 * after an error or to save memory.
 */
export class PageBuffer {
  readonly codec: PageCodec;
  readonly #rows: PageRows;
  readonly #slots: OpenSlots | null;
  readonly #inBlocks: boolean;
  #bucket: number | null = null;
  /** While the bucket is stored as slots, in place of pages. */
  #open: OpenPages | null = null;
  /** Slots of it that are being written. */
  #written = new Map<number, WrittenSlot>();
  #pages = new Map<number, Page>();
  #dirty = new Set<number>();
  /** Slots that were written. */
  #touched = new Set<number>();
  /** Keys of stored rows: those of blocks, and of pages that are stored alone (by an older version, or for a large value). */
  #stored = new Set<number>();

  /**
   * @param slots where pages are rewritten slot by slot, and not in one go.
   * @param inBlocks where the pages of neighbouring keys are stored together (`pageBlock.ts`).
   */
  constructor(codec: PageCodec, rows: PageRows, slots: OpenSlots | null = null, inBlocks = false) {
    this.codec = codec;
    this.#rows = rows;
    this.#slots = slots;
    this.#inBlocks = inBlocks;
  }

  /** The pages of a bucket; the bucket held before is written first. */
  async pages(bucket: number): Promise<BucketPages> {
    await this.#hold(bucket);
    const open = this.#settled();
    const keys =
      open?.keys() ?? [...this.#pages].filter(([, page]) => hasRows(page)).map(([key]) => key);
    const scratch = this.codec.empty();
    const pageOf = (key: number) => open?.page(key, scratch) ?? this.#pages.get(key)!;
    return {
      keys: () => keys,
      *[Symbol.iterator]() {
        for (const key of keys) yield [key, pageOf(key)] as const;
      },
    };
  }

  async #hold(bucket: number): Promise<void> {
    if (this.#bucket === bucket) return;
    await this.flush();
    const rows = await this.#rows.load(bucket);
    this.forget();
    this.#bucket = bucket;
    const blocks = new BlockReader(this.codec);
    for (const row of rows) {
      this.#stored.add(row.key);
      for (const { key, read } of blocks.pagesOf(row)) this.#pages.set(key, read());
    }
    if (this.#slots === null) return;
    const open = OpenPages.of(this.codec, await this.#slots.load(bucket));
    if (this.#pages.size === 0) this.#open = open;
    else for (const key of open.keys()) this.#add(key, open.page(key));
  }

  #add(key: number, page: Page): void {
    const width = this.codec.columns.length;
    const known = this.#pages.get(key);
    if (known === undefined) this.#pages.set(key, page);
    else
      for (const [slot, present] of page.present.entries()) {
        if (present === 0) continue;
        known.present[slot] = 1;
        known.values.set(page.values.subarray(slot * width, (slot + 1) * width), slot * width);
      }
  }

  /** The pages of a bucket that is stored as slots, with what was written. */
  #settled(): OpenPages | null {
    for (const [slot, rows] of this.#written) this.#open?.put(slot, rows.sorted());
    this.#written = new Map();
    return this.#open;
  }

  /** The values of one slot of a held bucket, to be filled in by the caller before the next one is asked for; made when missing. */
  slot(bucket: number, key: number, slot: number): { values: Float64Array; offset: number } {
    if (this.#bucket !== bucket) throw new RangeError(`the pages of ${bucket} are not held`);
    this.#touched.add(slot);
    const width = this.codec.columns.length;
    if (this.#open !== null) {
      let written = this.#written.get(slot);
      if (written === undefined)
        this.#written.set(slot, (written = new WrittenSlot(width, this.#open.rows(slot))));
      return written.row(key);
    }
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.codec.empty();
      this.#pages.set(key, page);
    }
    page.present[slot] = 1;
    this.#dirty.add(key);
    return { values: page.values, offset: slot * width };
  }

  /** Empties one slot of every key, before it is written anew. */
  async clearSlot(bucket: number, slot: number): Promise<void> {
    await this.#hold(bucket);
    this.#touched.add(slot);
    this.#open?.remove(slot);
    this.#written.delete(slot);
    for (const [key, page] of this.#pages) {
      if (page.present[slot] === 0) continue;
      page.present[slot] = 0;
      this.#dirty.add(key);
    }
  }

  /** Writes what changed; a page without rows is deleted. */
  async flush(): Promise<void> {
    const bucket = this.#bucket;
    if (bucket === null || this.#touched.size === 0) return;
    const touched = [...this.#touched].sort((a, b) => a - b);
    this.#touched = new Set();
    const open = this.#settled();
    if (open !== null) {
      const isWhole = touched.at(-1) === this.codec.slots - 1;
      if (!isWhole) {
        const pack = (slot: number) => packSlot(this.codec.columns, open.rows(slot));
        const packed = touched.map((slot) => ({ slot, page: pack(slot) }));
        await this.#slots?.put(bucket, packed);
        return;
      }
      // Its slots end here: all that they hold goes into pages.
      await this.#slots?.remove(bucket);
    }
    const dirty = open?.keys() ?? [...this.#dirty].sort((a, b) => a - b);
    this.#dirty = new Set();
    const inSlots = new Set(open?.keys());
    const pageOf = (key: number, spare?: Page) =>
      inSlots.has(key) ? open?.page(key, spare) : this.#pages.get(key);
    const { changed, gone } = this.#inBlocks
      ? this.#blocks(dirty, pageOf)
      : this.#alone(dirty, pageOf);
    for (const key of dirty) if (!hasRows(this.#pages.get(key))) this.#pages.delete(key);
    for (const { key } of changed) this.#stored.add(key);
    for (const key of gone) this.#stored.delete(key);
    await this.#rows.put(bucket, changed);
    await this.#rows.remove(bucket, gone);
    // What is written there again is read first.
    if (open !== null) this.forget();
  }

  #alone(dirty: readonly number[], pageOf: PageOf): Changes {
    const changed: PageRow[] = [];
    const gone: number[] = [];
    for (const key of dirty) {
      const page = pageOf(key);
      if (hasRows(page)) changed.push({ key, page: this.codec.encode(page) });
      else gone.push(key);
    }
    return { changed, gone };
  }

  #blocks(dirty: readonly number[], pageOf: PageOf): Changes {
    const changed: PageRow[] = [];
    const gone: number[] = [];
    const spare: Page[] = [];
    for (const row of new Set(dirty.map((key) => rowsOf(key)[0]))) {
      const keys = Array.from({ length: KEYS_OF_ROW }, (_, offset) => row + offset);
      const pages = keys.flatMap((key, offset) => {
        const page = pageOf(key, spare[offset]);
        if (!hasRows(page)) return [];
        spare[offset] = page;
        return [[key, page] as const];
      });
      const rows = this.#packed(row, pages);
      changed.push(...rows);
      const isLeft = (key: number) => rows.every((row) => row.key !== key);
      gone.push(...keys.filter((key) => this.#stored.has(key) && isLeft(key)));
    }
    return { changed, gone };
  }

  #packed(row: number, pages: readonly (readonly [number, Page])[]): readonly PageRow[] {
    if (pages.length === 0) return [];
    const packed = packRow(this.codec, pages);
    if (packed !== null) return [{ key: row, page: packed }];
    return pages.map(([key, page]) => ({ key, page: this.codec.encode(page) }));
  }

  forget(): void {
    this.#bucket = null;
    this.#open = null;
    this.#written = new Map();
    this.#pages = new Map();
    this.#stored = new Set();
    this.#dirty = new Set();
    this.#touched = new Set();
  }
}

/** @param spare may be filled in, in place of a new page */
type PageOf = (key: number, spare?: Page) => Page | undefined;

function hasRows(page: Page | undefined): page is Page {
  return page?.present.includes(1) === true;
}
