import { SECOND_MS, type TimeMs } from '../src/model/time.ts';

const BAR_WIDTH = 28;
/** Where lines cannot be redrawn, one is printed this often. */
const LINE_EVERY_MS = 10 * SECOND_MS;

export interface DisplayIo {
  err(text: string): void;
  readonly isTerminal: boolean;
  now(): TimeMs;
}

/** Says what the demo is doing, each line with the time since it began. */
export class DemoDisplay {
  readonly #io: DisplayIo;
  readonly #startedAt: TimeMs;
  #step = '';
  #printedAt: TimeMs;
  #drawn = false;

  constructor(io: DisplayIo) {
    this.#io = io;
    this.#startedAt = io.now();
    this.#printedAt = io.now();
  }

  /** Milliseconds since the demo began. */
  get elapsed(): number {
    return this.#io.now() - this.#startedAt;
  }

  /** Says what comes next. */
  step(text: string): void {
    this.#end();
    this.#step = text;
    this.#printedAt = this.#io.now();
    this.#io.err(`[${clock(this.elapsed)}] ${text}\n`);
  }

  /** Shows how far the step is. */
  progress(done: number, total: number): void {
    const share = done / Math.max(1, total);
    if (this.#io.isTerminal) {
      const filled = '#'.repeat(Math.round(BAR_WIDTH * share)).padEnd(BAR_WIDTH, '-');
      this.#io.err(`\r[${clock(this.elapsed)}] [${filled}] ${Math.floor(100 * share)}%\u001B[K`);
      this.#drawn = true;
      return;
    }
    if (this.#io.now() - this.#printedAt < LINE_EVERY_MS) return;
    this.#printedAt = this.#io.now();
    this.#io.err(`[${clock(this.elapsed)}] ${this.#step} ${Math.floor(100 * share)}%\n`);
  }

  /** A remark on the step. */
  note(text: string): void {
    this.#end();
    this.#io.err(`        ${text}\n`);
  }

  #end(): void {
    if (this.#drawn) this.#io.err('\r\u001B[K');
    this.#drawn = false;
  }
}

/** `0:07`, `12:34`. */
export function clock(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
