import { addSlots, packSlot, slotRows, type StoredSlot } from './openSlots.ts';
import type { Page, PageCodec } from './pageCodec.ts';

/** A page of one key as it is stored. */
export interface PageRow {
  readonly key: number;
  readonly page: Uint8Array;
}

/** A page of one key, unpacked when it is read. */
export interface KeyedPage {
  readonly key: number;
  /** @throws HistoryError `corrupt` */
  read(): Page;
}

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

/**
 * The pages of one level, with those of one bucket held in memory while they are written: the windows of a
 * batch, or the hours of a day, arrive together. Nothing is stored before `flush`; `forget` drops what is held,
 * after an error or to save memory.
 */
export class PageBuffer {
  readonly codec: PageCodec;
  readonly #rows: PageRows;
  readonly #slots: OpenSlots | null;
  #bucket: number | null = null;
  /** True while the bucket is stored as slots. */
  #isOpen = false;
  #pages = new Map<number, Page>();
  #dirty = new Set<number>();
  /** Slots that were written. */
  #touched = new Set<number>();

  /** @param slots where pages are rewritten slot by slot, and not in one go. */
  constructor(codec: PageCodec, rows: PageRows, slots: OpenSlots | null = null) {
    this.codec = codec;
    this.#rows = rows;
    this.#slots = slots;
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
      this.#isOpen = this.#slots !== null && this.#pages.size === 0;
      if (this.#slots !== null) addSlots(this.codec, this.#pages, await this.#slots.load(bucket));
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
    this.#touched.add(slot);
    return { values: page.values, offset: slot * this.codec.columns.length };
  }

  /** Empties one slot of every key, before it is written anew. */
  async clearSlot(bucket: number, slot: number): Promise<void> {
    for (const [key, page] of await this.pages(bucket)) {
      if (page.present[slot] === 0) continue;
      page.present[slot] = 0;
      this.#dirty.add(key);
    }
    this.#touched.add(slot);
  }

  /** Writes what changed; a page without rows is deleted. */
  async flush(): Promise<void> {
    const bucket = this.#bucket;
    if (bucket === null || this.#touched.size === 0) return;
    const touched = [...this.#touched].sort((a, b) => a - b);
    this.#touched = new Set();
    const isWhole = touched.at(-1) === this.codec.slots - 1;
    if (this.#isOpen && !isWhole) {
      this.#dirty = new Set();
      await this.#slots?.put(
        bucket,
        touched.map((slot) => this.#packed(slot)),
      );
      return;
    }
    if (this.#isOpen) {
      // Its slots end here: all that they hold goes into pages.
      this.#isOpen = false;
      this.#dirty = new Set(this.#pages.keys());
      await this.#slots?.remove(bucket);
    }
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
    this.#isOpen = false;
    this.#pages = new Map();
    this.#dirty = new Set();
    this.#touched = new Set();
  }

  #packed(slot: number): StoredSlot {
    const rows = slotRows(this.codec, this.#pages, slot);
    return { slot, page: packSlot(this.codec.columns, rows) };
  }
}
