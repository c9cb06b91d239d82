/** Runs one piece of work at a time: whoever comes while it runs is told no. */
export class SingleFlight {
  #inFlight: Promise<void> | null = null;

  get busy(): boolean {
    return this.#inFlight !== null;
  }

  /**
   * Starts `work` unless some is running. Returns false then, and nothing is started.
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

  /** Resolves when nothing runs any more, however it ended. */
  async settled(): Promise<void> {
    await this.#inFlight;
  }
}
