import type { PageColumn } from './columns.ts';

/**
 * Sums (or maxima, as each column says) of several pages of one bucket, slot by slot. Column by column, as
 * pages are written: a page is added in one run through its bytes, and parted by steps of time only after
 * all pages of a group are in.
 */
export class SlotSums {
  /** `values[column * slots + slot]`; NaN is unknown. */
  readonly values: Float64Array;
  /** 1 where any page has a row. */
  readonly present: Uint8Array;
  readonly #columns: readonly PageColumn[];

  constructor(columns: readonly PageColumn[], slots: number) {
    this.#columns = columns;
    this.values = new Float64Array(columns.length * slots);
    this.present = new Uint8Array(slots);
    this.clear();
  }

  clear(): void {
    const slots = this.present.length;
    this.present.fill(0);
    this.values.fill(0);
    for (const [column, { merge }] of this.#columns.entries()) {
      if (merge === 'max') this.values.fill(Number.NaN, column * slots, (column + 1) * slots);
    }
  }

  /** The same sums, to be added to without changing these. */
  copy(): SlotSums {
    const copy = new SlotSums(this.#columns, this.present.length);
    copy.values.set(this.values);
    copy.present.set(this.present);
    return copy;
  }

  /** Adds a row of all columns to a slot. */
  addRow(slot: number, row: Float64Array): void {
    this.present[slot] = 1;
    for (let column = 0; column < row.length; column += 1) {
      // Nothing is more than unknown.
      if (!Number.isNaN(row[column]!)) this.add(column, slot, row[column]!);
    }
  }

  /** Adds one value of a column. */
  add(column: number, slot: number, value: number): void {
    const at = column * this.present.length + slot;
    const before = this.values[at]!;
    if (this.#columns[column]!.merge === 'sum') this.values[at] = before + value;
    else if (!(before >= value)) this.values[at] = value;
  }

  /**
   * Adds what is in the slots to the sums of their steps.
   *
   * @param steps which step each slot belongs to; a slot without one is left out.
   * @param sumsOf the sums of a step; asked for only where there is a row in it.
   */
  addTo(steps: readonly (number | undefined)[], sumsOf: (step: number) => Float64Array): void {
    const slots = this.present.length;
    for (let from = 0; from < slots;) {
      const step = steps[from];
      let to = from + 1;
      while (to < slots && steps[to] === step) to += 1;
      if (step !== undefined && this.present.subarray(from, to).includes(1)) {
        this.#addSlots(sumsOf(step), from, to);
      }
      from = to;
    }
  }

  #addSlots(sums: Float64Array, from: number, to: number): void {
    const slots = this.present.length;
    for (let column = 0; column < this.#columns.length; column += 1) {
      const end = column * slots + to;
      let sum = sums[column]!;
      if (this.#columns[column]!.merge === 'sum') {
        for (let at = column * slots + from; at < end; at += 1) sum += this.values[at]!;
      } else {
        for (let at = column * slots + from; at < end; at += 1) {
          const value = this.values[at]!;
          // Unknown is never a maximum, and anything is more than unknown.
          if (value > sum || Number.isNaN(sum)) sum = value;
        }
      }
      sums[column] = sum;
    }
  }
}
