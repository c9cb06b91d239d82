/** Gives back what was acquired, in the reverse order, also after a start that failed half-way. */
export class Releasers {
  readonly #stack: { readonly name: string; readonly release: () => Promise<void> | void }[] = [];

  /** Remembers how to give something back, as soon as it was acquired. */
  push(name: string, release: () => Promise<void> | void): void {
    this.#stack.push({ name, release });
  }

  /**
   * Releases everything, last in first out. One that fails does not keep the others from being
   * released; its error is handed to `onError`. A second call finds nothing left to do.
   */
  async releaseAll(onError: (name: string, error: unknown) => void): Promise<void> {
    for (let top = this.#stack.pop(); top !== undefined; top = this.#stack.pop()) {
      try {
        await top.release();
      } catch (error) {
        onError(top.name, error);
      }
    }
  }
}
