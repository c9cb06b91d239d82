import type { LabelSets, SeriesLabels } from './labelSets.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Walks over a JSON text in place, so that 100 MB of samples need no tree of objects. Strict where it
 * looks: whatever it does not expect is a SyntaxError.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  #at = 0;
  time = 0;
  reading = 0;
  /** How many samples were read. */
  samples = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Calls `field` with each key, positioned at its value, which `field` must consume. */
  object(field: (key: string) => void): void {
    this.#expect(OPEN_OBJECT);
    if (this.#take(CLOSE_OBJECT)) return;
    do {
      const key = this.string();
      this.#expect(COLON);
      field(key);
    } while (this.#take(COMMA));
    this.#expect(CLOSE_OBJECT);
  }

  /** Calls `item` at each element, which `item` must consume. */
  array(item: () => void): void {
    this.#expect(OPEN_ARRAY);
    if (this.#take(CLOSE_ARRAY)) return;
    do item();
    while (this.#take(COMMA));
    this.#expect(CLOSE_ARRAY);
  }

  /** A string value. */
  string(): string {
    const start = this.#blank();
    this.#skipString();
    const plain = this.#bytes.toString('utf8', start + 1, this.#at - 1);
    if (!plain.includes('\\')) return plain;
    return JSON.parse(this.#bytes.toString('utf8', start, this.#at)) as string;
  }

  /** Any value, as JSON.parse gives it; for small parts. */
  value(): unknown {
    const start = this.#blank();
    this.skip();
    return JSON.parse(this.#bytes.toString('utf8', start, this.#at));
  }

  /** The labels of a series; null where the store sent none. */
  labels(known: LabelSets): SeriesLabels | null {
    const bytes = this.#bytes;
    const start = this.#blank();
    const end = flatObjectEnd(bytes, start);
    if (end < 0) this.skip();
    else this.#at = end;
    const to = this.#at;
    return known.of(bytes.toString('latin1', start, to), () => bytes.toString('utf8', start, to));
  }

  /** Consumes `null` if it comes next. */
  isNull(): boolean {
    const start = this.#blank();
    if (this.#bytes.toString('latin1', start, start + 4) !== 'null') return false;
    this.#at = start + 4;
    return true;
  }

  /**
   * A sample `[1700000000.5,"0.25"]`, left in `time` and `reading` (no object for each of millions);
   * NaN and infinities come back as JavaScript's.
   */
  sample(): void {
    this.samples += 1;
    if (this.#compactSample()) return;
    this.#expect(OPEN_ARRAY);
    this.time = this.#number(this.#blank());
    this.#expect(COMMA);
    this.#expect(QUOTE);
    this.reading = this.#number(this.#at);
    this.#expect(QUOTE);
    this.#expect(CLOSE_ARRAY);
  }

  /**
   * A sample of short decimal numbers without a blank in it, as stores write nearly all of them; false, and nothing is
   * consumed, where it is another.
   */
  #compactSample(): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at++] !== OPEN_ARRAY) return false;
    let read = 0;
    for (const end of [COMMA, QUOTE] as const) {
      const negative = bytes[at] === MINUS;
      if (negative) at++;
      const start = at;
      let mantissa = 0;
      let point = -1;
      let byte = bytes[at] ?? 0;
      for (
        ;
        (byte >= ZERO && byte <= NINE) || (byte === DOT && point < 0);
        byte = bytes[++at] ?? 0
      ) {
        if (byte === DOT) point = at;
        else mantissa = mantissa * 10 + (byte - ZERO);
      }
      const digits = at - start - (point < 0 ? 0 : 1);
      if (byte !== end || digits === 0 || digits > EXACT_DIGITS) return false;
      const size = point < 0 ? mantissa : mantissa / POWERS[at - point - 1]!;
      read = negative ? -size : size;
      if (end === QUOTE) break;
      if (bytes[++at] !== QUOTE) return false;
      at++;
      this.time = read;
    }
    if (bytes[at + 1] !== CLOSE_ARRAY) return false;
    this.reading = read;
    this.#at = at + 2;
    return true;
  }

  /** Consumes any value. */
  skip(): void {
    const byte = this.#bytes[this.#blank()];
    if (byte === QUOTE) this.#skipString();
    else if (byte === OPEN_OBJECT) this.object(() => this.skip());
    else if (byte === OPEN_ARRAY) this.array(() => this.skip());
    else if (this.#scanWord() === '') throw this.#unexpected();
  }

  /** Nothing but white space may follow. */
  end(): void {
    if (this.#blank() < this.#bytes.length) throw this.#unexpected();
  }

  /** Short decimal numbers are exact by integer arithmetic; the others take the slow, exact way. */
  #number(start: number): number {
    let at = start;
    const negative = this.#bytes[at] === MINUS;
    if (negative) at++;
    let mantissa = 0;
    let digits = 0;
    let decimals = -1;
    for (; ; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        digits++;
        if (decimals >= 0) decimals++;
      } else if (byte === DOT && decimals < 0) decimals = 0;
      else break;
    }
    const next = this.#bytes[at];
    if (digits > 0 && digits <= EXACT_DIGITS && (next === QUOTE || next === COMMA)) {
      this.#at = at;
      const size = decimals > 0 ? mantissa / (POWERS[decimals] ?? Number.NaN) : mantissa;
      return negative ? -size : size;
    }
    this.#at = start;
    return this.#slowNumber();
  }

  #slowNumber(): number {
    const word = this.#scanWord();
    if (word === 'NaN') return Number.NaN;
    if (/^[+-]?Inf$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
    const number = Number(word);
    if (word === '' || Number.isNaN(number)) throw this.#unexpected();
    return number;
  }

  #scanWord(): string {
    const start = this.#at;
    while (/[-+.0-9A-Za-z]/.test(String.fromCharCode(this.#bytes[this.#at] ?? 0))) this.#at++;
    return this.#bytes.toString('latin1', start, this.#at);
  }

  #skipString(): void {
    this.#expect(QUOTE);
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at];
      if (byte === BACKSLASH) this.#at++;
      else if (byte === QUOTE) {
        this.#at++;
        return;
      }
    }
    throw this.#unexpected();
  }

  #blank(): number {
    while (this.#at < this.#bytes.length && (this.#bytes[this.#at] ?? 0) <= 0x20) this.#at++;
    return this.#at;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#blank()] !== byte) return false;
    this.#at++;
    return true;
  }

  #expect(byte: number): void {
    if (!this.#take(byte)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    return this.#at >= this.#bytes.length
      ? new SyntaxError('the answer ends before its end')
      : new SyntaxError(`the answer is not what a Prometheus API sends (at byte ${this.#at})`);
  }
}

/** Where the object of strings at `start` ends; -1 where something else is there. */
function flatObjectEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== OPEN_OBJECT) return -1;
  let isInside = false;
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInside = !isInside;
    else if (isInside) {
      if (byte === BACKSLASH) at++;
    } else if (byte === CLOSE_OBJECT) return at + 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return -1;
  }
  return -1;
}

/** So many decimal digits are a whole number that a double holds. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
