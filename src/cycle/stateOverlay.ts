import type { CycleState } from '../store/cycleState.ts';
import type { DetectorState, StateCodec } from '../store/stateCodec.ts';

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

/** The rows of all detectors, and of what is kept beside theirs, while one window is looked at. */
export class StateOverlays {
  readonly #states: CycleState['detectors'];
  readonly #overlays = new Map<string, StateOverlay>();

  constructor(states: CycleState['detectors']) {
    this.#states = states;
  }

  /** The rows that are kept under a name. */
  of<S>({ name }: { readonly name: string; readonly codec: StateCodec<S> }): DetectorState<S> {
    const overlay = new StateOverlay(this.#states.get(name) ?? new Map());
    this.#overlays.set(name, overlay);
    return overlay as DetectorState<S>;
  }

  /** Takes back what the window changed of the rows that are kept under a name. */
  drop({ name }: { readonly name: string }): void {
    this.#overlays.delete(name);
  }

  /** What the window changed, by name; without those that it left as they were. */
  changes(): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
    const changed = new Map<string, ReadonlyMap<string, unknown>>();
    for (const [name, { changes }] of this.#overlays)
      if (changes.size > 0) changed.set(name, changes);
    return changed;
  }
}
