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
const LETTER_N = 0x6e;

/** Thrown where the text goes on in bytes that have not come yet: once for all, since it is no failure. */
const CUT = new SyntaxError('the text goes on');

/**
 * Walks over a JSON text in place and as it arrives, so that 100 MB of samples need neither a tree of objects nor the
 * text as a whole. Strict where it looks: whatever it does not expect is a SyntaxError.
 */
export class JsonScanner {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes of the text before these. */
  #passed = 0;
  /** What has come and is not looked at before there is enough of it. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWhole = false;
  /** Labels that were read last, by their number. */
  #lastSet: number | null = null;
  time = 0;
  reading = 0;
  /** How many samples were read. */
  samples = 0;

  /**
   * Takes the next bytes of the text. @returns whether it is worth while to read on: a part that was cut off is read
   * again when there is twice as much of it, so that one of any length takes time in proportion to it.
   */
  feed(bytes: Uint8Array): boolean {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes < this.#bytes.length - this.#at) return false;
    this.#takeWaiting();
    return true;
  }

  /** Says that nothing more comes: what is cut off now is an error. */
  finish(): void {
    this.#takeWaiting();
    this.#isWhole = true;
  }

  #takeWaiting(): void {
    const rest = this.#bytes.subarray(this.#at);
    const [first] = this.#waiting;
    this.#bytes =
      rest.length === 0 && this.#waiting.length === 1 && first !== undefined
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat([rest, ...this.#waiting]);
    this.#passed += this.#at;
    this.#at = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /**
   * Reads a part of the text, in one piece: where it is cut off, waits (yields) for more bytes and reads it from its
   * beginning.
   */
  *whole<T>(read: () => T): Generator<void, T> {
    for (;;) {
      const [at, samples] = [this.#blank(), this.samples];
      try {
        return read();
      } catch (error) {
        if (error !== CUT) throw error;
      }
      this.#at = at;
      this.samples = samples;
      yield;
    }
  }

  /** Goes to the next field of an object; null at its end. What stands between two calls must be consumed. */
  key(isFirst: boolean): string | null {
    if (isFirst) this.#expect(OPEN_OBJECT);
    if (this.#take(CLOSE_OBJECT)) return null;
    if (!isFirst) this.#expect(COMMA);
    const key = this.string();
    this.#expect(COLON);
    return key;
  }

  /** Goes to the next element of an array; false at its end. */
  element(isFirst: boolean): boolean {
    if (isFirst) this.#expect(OPEN_ARRAY);
    if (this.#take(CLOSE_ARRAY)) return false;
    if (!isFirst) this.#expect(COMMA);
    return true;
  }

  /** Calls `field` with each key, positioned at its value, which `field` must consume. */
  object(field: (key: string) => void): void {
    for (let key = this.key(true); key !== null; key = this.key(false)) field(key);
  }

  /** Calls `item` at each element, which `item` must consume. */
  array(item: () => void): void {
    for (let first = true; this.element(first); first = false) item();
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
    const start = this.#blank();
    const labels = known.read(this.#bytes, start, this.#lastSet, this.#endOfObject);
    this.#lastSet = known.set;
    this.#at = known.end;
    return labels;
  }

  readonly #endOfObject = (): number => {
    const end = flatObjectEnd(this.#bytes, this.#at);
    if (end >= 0) return end;
    this.skip();
    return this.#at;
  };

  /** Consumes `null` if it comes next. */
  isNull(): boolean {
    const start = this.#blank();
    if (start < this.#bytes.length && this.#bytes[start] !== LETTER_N) return false;
    if (start + 4 > this.#bytes.length) throw this.#endOfBytes();
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
    if (this.#blank() < this.#bytes.length || !this.#isWhole) throw this.#unexpected();
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
    while (IN_WORDS[this.#bytes[this.#at] ?? 0] === 1) this.#at++;
    if (this.#at === this.#bytes.length && !this.#isWhole) throw CUT;
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
    while (this.#at < this.#bytes.length && isBlank(this.#bytes[this.#at]!)) this.#at++;
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
      ? this.#endOfBytes()
      : new SyntaxError(
          `the answer is not what a Prometheus API sends (at byte ${this.#passed + this.#at})`,
        );
  }

  #endOfBytes(): SyntaxError {
    return this.#isWhole ? new SyntaxError('the answer ends before its end') : CUT;
  }
}

/** 1 for each byte of which numbers and words without quotes are made. */
const IN_WORDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(/[-+.0-9A-Za-z]/.test(String.fromCharCode(byte))),
);

/** Blanks of JSON: a body of NUL bytes is refused at the first one. */
function isBlank(byte: number): boolean {
  return byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
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
