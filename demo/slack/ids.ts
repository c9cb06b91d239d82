const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Ids and time stamps as Slack makes them: unique in the workspace, time stamps in order. */
export class Ids {
  readonly #now: () => number;
  #count = 0;
  #lastMicros = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `C08A…`: a letter for the kind, then ten of `0-9A-Z`. */
  next(kind: string): string {
    this.#count += 1;
    let rest = this.#count * 7_919 + 46_656 * 36 ** 3;
    let text = '';
    while (text.length < 8) {
      text = `${LETTERS[rest % 36] ?? '0'}${text}`;
      rest = Math.floor(rest / 36);
    }
    return `${kind}08${text}`;
  }

  /** `1764000000.123456`: seconds and microseconds, never the same twice, never backwards. */
  ts(): string {
    const micros = Math.max(this.#now() * 1_000, this.#lastMicros + 1);
    this.#lastMicros = micros;
    const seconds = Math.floor(micros / 1e6);
    return `${seconds}.${String(Math.floor(micros % 1e6)).padStart(6, '0')}`;
  }
}
