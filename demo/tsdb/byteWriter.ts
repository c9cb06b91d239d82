import { crc32c } from './crc32c.ts';

/** Bytes as Prometheus' files have them: integers big-endian, or as varints of seven bits a byte. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 1 << 16) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far; valid until the next write. */
  written(from = 0): Buffer {
    return this.#bytes.subarray(from, this.#length);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  uint32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
  }

  uint64(value: number): void {
    this.uint32(Math.floor(value / 2 ** 32));
    this.uint32(value);
  }

  /** @param value a whole number, not negative, up to 2^53 */
  uvarint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 128);
    this.byte(rest);
  }

  /** Zigzag: small negative numbers are short, too. */
  varint(value: number): void {
    this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A text with its length before it. */
  text(utf8: Uint8Array): void {
    this.uvarint(utf8.length);
    this.bytes(utf8);
  }

  /** Zeros up to a multiple of `size`. */
  pad(size: number): void {
    while (this.#length % size !== 0) this.byte(0);
  }

  /** The checksum of everything since `from`. */
  checksum(from: number): void {
    this.uint32(crc32c(this.written(from)));
  }

  /** A part with its length before it, in four bytes, and its checksum after it. */
  section(write: () => void): void {
    const at = this.#length;
    this.uint32(0);
    write();
    this.#bytes.writeUInt32BE(this.#length - at - 4, at);
    this.checksum(at + 4);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + more));
    bytes.set(this.written());
    this.#bytes = bytes;
  }
}
