/**
 * Answers that hold until the history moves on: one for each question, computed once however many ask at
 * the same time. Bounded; the one unused for longest is let go.
 */
export class Memo {
  readonly #answers = new Map<
    string,
    { readonly version: number; readonly answer: Promise<unknown> }
  >();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The answer of this version, computed if it is not there; a failure is not kept. */
  get<T>(key: string, version: number, compute: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    this.#answers.delete(key);
    if (known !== undefined && known.version === version) {
      this.#answers.set(key, known);
      return known.answer as Promise<T>;
    }
    const answer = compute();
    this.#answers.set(key, { version, answer });
    answer.catch(() => {
      if (this.#answers.get(key)?.answer === answer) this.#answers.delete(key);
    });
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > this.#max && oldest.done !== true) this.#answers.delete(oldest.value);
    return answer;
  }
}
