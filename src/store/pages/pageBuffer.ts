import { addSlots, packSlot, slotRows, type StoredSlot } from './openSlots.ts';
import { BlockReader, blockOf, KEYS_OF_BLOCK, packBlock } from './pageBlock.ts';
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
  /** True while the bucket is stored as slots. */
  #isOpen = false;
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

  /** The pages of a bucket by key; the bucket held before is written first. */
  async pages(bucket: number): Promise<ReadonlyMap<number, Page>> {
    if (this.#bucket !== bucket) {
      await this.flush();
      const rows = await this.#rows.load(bucket);
      this.#bucket = bucket;
      this.#pages = new Map();
      this.#stored = new Set();
      const blocks = new BlockReader(this.codec);
      for (const row of rows) {
        this.#stored.add(row.key);
        for (const { key, read } of blocks.pagesOf(row)) this.#pages.set(key, read());
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
    const dirty = [...this.#dirty].sort((a, b) => a - b);
    this.#dirty = new Set();
    const { changed, gone } = this.#inBlocks ? this.#blocks(dirty) : this.#alone(dirty);
    for (const key of dirty)
      if (!this.#pages.get(key)!.present.includes(1)) this.#pages.delete(key);
    for (const { key } of changed) this.#stored.add(key);
    for (const key of gone) this.#stored.delete(key);
    await this.#rows.put(bucket, changed);
    await this.#rows.remove(bucket, gone);
  }

  #alone(dirty: readonly number[]): Changes {
    const isGone = (key: number) => !this.#pages.get(key)!.present.includes(1);
    const kept = dirty.filter((key) => !isGone(key));
    const changed = kept.map((key) => ({ key, page: this.codec.encode(this.#pages.get(key)!) }));
    return { changed, gone: dirty.filter(isGone) };
  }

  #blocks(dirty: readonly number[]): Changes {
    const changed: PageRow[] = [];
    const gone: number[] = [];
    for (const block of new Set(dirty.map(blockOf))) {
      const keys = Array.from({ length: KEYS_OF_BLOCK }, (_, offset) => block + offset);
      const pages = keys.flatMap((key) => {
        const page = this.#pages.get(key);
        return page?.present.includes(1) === true ? [[key, page] as const] : [];
      });
      const rows = this.#rowsOf(block, pages);
      changed.push(...rows);
      const isLeft = (key: number) => rows.every((row) => row.key !== key);
      gone.push(...keys.filter((key) => this.#stored.has(key) && isLeft(key)));
    }
    return { changed, gone };
  }

  #rowsOf(block: number, pages: readonly (readonly [number, Page])[]): readonly PageRow[] {
    if (pages.length === 0) return [];
    const packed = packBlock(this.codec, pages);
    if (packed !== null) return [{ key: block, page: packed }];
    return pages.map(([key, page]) => ({ key, page: this.codec.encode(page) }));
  }

  forget(): void {
    this.#bucket = null;
    this.#isOpen = false;
    this.#pages = new Map();
    this.#stored = new Set();
    this.#dirty = new Set();
    this.#touched = new Set();
  }

  #packed(slot: number): StoredSlot {
    const rows = slotRows(this.codec, this.#pages, slot);
    return { slot, page: packSlot(this.codec.columns, rows) };
  }
}
