import { ByteWriter } from './byteWriter.ts';

const FLOAT = new Float64Array(1);
/** The two halves of its bits, the lower one first: every machine that runs Node is little-endian. */
const HALVES = new Uint32Array(FLOAT.buffer);

/**
 * Samples as one of Prometheus' XOR chunks (Gorilla's encoding): times as differences of differences, values as what
 * changed in their bits.
 *
 * @param times whole milliseconds, rising
 * @param from the first sample of the chunk
 * @param to the first one after it; at most 65,535 more
 */
export function xorChunk(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  from: number,
  to: number,
): Uint8Array {
  const bits = new BitWriter();
  bits.number(to - from, 16);
  let [time, delta, high, low] = [0, 0, 0, 0];
  let leading = -1;
  let trailing = 0;
  for (let index = from; index < to; index += 1) {
    const previous = { time, delta, high, low };
    time = times[index]!;
    delta = time - previous.time;
    FLOAT[0] = values[index]!;
    [low, high] = [HALVES[0]!, HALVES[1]!];
    if (index === from) {
      bits.bytes((bytes) => bytes.varint(time));
      bits.number(high, 32);
      bits.number(low, 32);
      continue;
    }
    if (index === from + 1) bits.bytes((bytes) => bytes.uvarint(delta));
    else writeTime(bits, delta - previous.delta);
    const [newHigh, newLow] = [(high ^ previous.high) >>> 0, (low ^ previous.low) >>> 0];
    if (newHigh === 0 && newLow === 0) {
      bits.number(0, 1);
      continue;
    }
    const first = Math.min(31, newHigh === 0 ? 32 : Math.clz32(newHigh));
    const last = newLow === 0 ? 32 + trailingZeros(newHigh) : trailingZeros(newLow);
    if (leading >= 0 && first >= leading && last >= trailing) bits.number(0b10, 2);
    else {
      [leading, trailing] = [first, last];
      bits.number(0b11, 2);
      bits.number(leading, 5);
      // 64 is written as 0.
      bits.number((64 - leading - trailing) & 63, 6);
    }
    writeMiddle(bits, newHigh, newLow, leading, trailing);
  }
  return bits.end();
}

/** The difference between two differences, in as few bits as fit. */
function writeTime(bits: BitWriter, change: number): void {
  if (change === 0) return bits.number(0, 1);
  for (const [prefix, length, size] of TIME_SIZES)
    if (change > -(2 ** (size - 1)) && change <= 2 ** (size - 1)) {
      bits.number(prefix, length);
      return bits.number(change & (2 ** size - 1), size);
    }
  bits.number(0b1111, 4);
  bits.number(Math.floor(change / 2 ** 32) >>> 0, 32);
  bits.number(change >>> 0, 32);
}

/** Prefix, its bits, and the bits of the number after it. */
const TIME_SIZES = [
  [0b10, 2, 14],
  [0b110, 3, 17],
  [0b1110, 4, 20],
] as const;

/** The 64 bits of two halves without what leads and what trails. */
function writeMiddle(
  bits: BitWriter,
  high: number,
  low: number,
  leading: number,
  trailing: number,
): void {
  const ofHigh = 32 - leading - Math.max(0, trailing - 32);
  bits.number(trailing > 32 ? high >>> (trailing - 32) : high, ofHigh);
  if (trailing < 32) bits.number(low >>> trailing, 32 - trailing);
}

function trailingZeros(half: number): number {
  return 31 - Math.clz32(half & -half);
}

/** Bits, the highest of a number first. */
class BitWriter {
  readonly #bytes = new ByteWriter(512);
  #open = 0;
  /** Bits in the open byte. */
  #used = 0;

  /** The lowest `length` bits of a number, up to 32. */
  number(value: number, length: number): void {
    for (let left = length; left > 0;) {
      const taken = Math.min(left, 8 - this.#used);
      const part = (value >>> (left - taken)) & ((1 << taken) - 1);
      this.#open = (this.#open << taken) | part;
      this.#used += taken;
      left -= taken;
      if (this.#used === 8) this.#flush();
    }
  }

  /** Only between whole bytes. */
  bytes(write: (bytes: ByteWriter) => void): void {
    write(this.#bytes);
  }

  end(): Uint8Array {
    if (this.#used > 0) this.number(0, 8 - this.#used);
    return this.#bytes.written();
  }

  #flush(): void {
    this.#bytes.byte(this.#open);
    [this.#open, this.#used] = [0, 0];
  }
}
