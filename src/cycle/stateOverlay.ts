import type { DetectorState } from '../store/stateCodec.ts';

/**
 * One detector's rows as it sees them while it looks at a window: what it changes lies on top of what
 * the last window left, so that the last window's state stays as it was.
 */
export class StateOverlay implements DetectorState<unknown> {
  readonly changes = new Map<string, unknown>();
  readonly #base: ReadonlyMap<string, unknown>;

  constructor(base: ReadonlyMap<string, unknown>) {
    this.#base = base;
  }

  get(key: string): unknown {
    // `null` in the changes marks a deleted row.
    return this.changes.has(key) ? (this.changes.get(key) ?? undefined) : this.#base.get(key);
  }

  set(key: string, value: unknown): void {
    this.changes.set(key, value);
  }

  delete(key: string): void {
    this.changes.set(key, null);
  }

  *entries(): Iterable<readonly [string, unknown]> {
    for (const [key, value] of this.#base) {
      if (!this.changes.has(key)) yield [key, value];
    }
    for (const [key, value] of this.changes) {
      if (value !== null) yield [key, value];
    }
  }
}
