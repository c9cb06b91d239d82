import { bucketOf, type Sketch } from './sketch.ts';

/** Gathers many values into a sketch without a copy for each. */
export class SketchBuilder {
  readonly #counts = new Map<number, number>();
  #zeros = 0;
  #count = 0;
  #max = 0;

  add(value: number): void {
    const index = bucketOf(value);
    if (index === null) this.#zeros += 1;
    else this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    this.#count += 1;
    if (value > this.#max) this.#max = value;
  }

  build(): Sketch {
    const buckets = [...this.#counts].sort(([a], [b]) => a - b);
    return { buckets, zeros: this.#zeros, count: this.#count, max: this.#max };
  }
}
