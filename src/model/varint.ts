const DOUBLE = new DataView(new ArrayBuffer(8));

/**
 * Variable-length integers: seven bits a byte, low bits first. Signed values are zig-zagged, so that
 * small negative deltas stay short. Exact for every integer of magnitude below 2^52.
 */
export class VarintWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  reset(): this {
    this.#length = 0;
    return this;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  unsigned(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    let rest = value;
    let at = this.#length;
    while (rest > 0x7fffffff) {
      bytes[at] = (rest % 128) | 0x80;
      at += 1;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[at] = (rest & 0x7f) | 0x80;
      at += 1;
      rest >>>= 7;
    }
    bytes[at] = rest;
    this.#length = at + 1;
  }

  /** @throws RangeError for what could not be read back. */
  signed(value: number): void {
    if (!Number.isSafeInteger(2 * value))
      throw new RangeError(`${value} does not fit into a page of the history`);
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Any number, as IEEE 754 has it. */
  double(value: number): void {
    DOUBLE.setFloat64(0, value);
    for (let place = 0; place < 8; place += 1) this.byte(DOUBLE.getUint8(place));
  }

  /** Bytes with their length before them. */
  bytes(value: Uint8Array): void {
    this.unsigned(value.length);
    for (const byte of value) this.byte(byte);
  }

  /** A copy of what was written since the last `reset`. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what `VarintWriter` wrote. Reading past the end throws: the page is damaged. */
export class VarintReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #one = new Float64Array(1);

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('a page of the history ends too early');
    this.#at += 1;
    return value;
  }

  /** One value that `VarintWriter.unsigned` wrote. */
  unsigned(): number {
    this.signed(1, this.#one);
    const value = this.#one[0]!;
    return value < 0 ? -2 * value - 1 : 2 * value;
  }

  /** What `VarintWriter.double` wrote. */
  double(): number {
    for (let place = 0; place < 8; place += 1) DOUBLE.setUint8(place, this.byte());
    return DOUBLE.getFloat64(0);
  }

  /** What `VarintWriter.bytes` wrote. */
  bytes(): Uint8Array {
    const length = this.unsigned();
    if (this.#at + length > this.#bytes.length)
      throw new RangeError('a page of the history ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /**
   * Reads `count` signed values into the beginning of `into`. One tight loop, because a question over
   * months reads hundreds of millions of them.
   */
  signed(count: number, into: Float64Array): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let place = 0; place < count; place += 1) {
      let byte = bytes[at++]!;
      let low = byte & 0x7f;
      for (let shift = 7; byte > 0x7f && shift < 28; shift += 7) {
        byte = bytes[at++]!;
        low |= (byte & 0x7f) << shift;
      }
      if (byte <= 0x7f) {
        into[place] = (low >>> 1) ^ -(low & 1);
        continue;
      }
      let high = 0;
      for (let scale = 1; byte > 0x7f; scale *= 128) {
        byte = bytes[at++]!;
        high += (byte & 0x7f) * scale;
      }
      const half = high * 0x8000000 + (low >>> 1);
      into[place] = low & 1 ? -half - 1 : half;
    }
    this.#moveTo(at);
  }

  /**
   * Reads `count` differences and adds the value that they lead to, from zero on, to each of `into[from..]`.
   * The same loop as in `signed`, unrolled and with the additions in it: twice as fast as one after the other.
   */
  addRunning(count: number, into: Float64Array, from: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let value = 0;
    for (let place = from; place < from + count; place += 1) {
      let byte = bytes[at++]!;
      let low = byte & 0x7f;
      if (byte > 0x7f) {
        byte = bytes[at++]!;
        low |= (byte & 0x7f) << 7;
      }
      if (byte > 0x7f) {
        byte = bytes[at++]!;
        low |= (byte & 0x7f) << 14;
      }
      if (byte > 0x7f) {
        byte = bytes[at++]!;
        low |= (byte & 0x7f) << 21;
      }
      if (byte > 0x7f) {
        let high = 0;
        for (let scale = 1; byte > 0x7f; scale *= 128) {
          byte = bytes[at++]!;
          high += (byte & 0x7f) * scale;
        }
        const half = high * 0x8000000 + (low >>> 1);
        value += low & 1 ? -half - 1 : half;
      } else value += (low >>> 1) ^ -(low & 1);
      into[place]! += value;
    }
    this.#moveTo(at);
  }

  /** Past the end every byte is undefined, which ends each value at once: seen here, not in the loops. */
  #moveTo(at: number): void {
    if (at > this.#bytes.length) throw new RangeError('a page of the history ends too early');
    this.#at = at;
  }
}
