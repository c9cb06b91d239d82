/** Is called when its time has come; one that is still at work leaves the tick out. */
export interface Ticked {
  tick(): void;
}

/** Runs one piece of work at a time: a call while one is in flight is rejected. */
export class SingleFlight {
  #inFlight: Promise<void> | null = null;

  /**
   * Starts `work` unless some is in flight; returns false then.
   * @param work must handle its own errors: what it rejects with is dropped.
   */
  start(work: () => Promise<void>): boolean {
    if (this.#inFlight !== null) return false;
    this.#inFlight = work()
      .catch(() => undefined)
      .finally(() => {
        this.#inFlight = null;
      });
    return true;
  }

  /** Resolves when nothing is in flight any more, however it ended. */
  async settled(): Promise<void> {
    await this.#inFlight;
  }
}

/** Takes up what its time has come for, one after the other. */
export class WorkQueue<Item> {
  readonly #work: (item: Item) => Promise<void>;
  #last: Promise<void> = Promise.resolve();

  /** @param work must handle its own errors. */
  constructor(work: (item: Item) => Promise<void>) {
    this.#work = work;
  }

  tick(item: Item): void {
    this.#last = this.#last.then(() => this.#work(item));
  }

  /** Resolves when nothing is at work any more. */
  settled(): Promise<void> {
    return this.#last;
  }
}
