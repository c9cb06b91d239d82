/** One series as remote write carries it; times in milliseconds, rising. */
export interface WrittenSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timeMs: number, value: number | typeof STALE])[];
}

/** What Prometheus writes where a series is gone from the next scrape. */
export const STALE = 'stale';
const STALE_BITS = 0x7ff0000000000002n;
const LITERAL_BYTES = 0x1_0000;

/**
 * Writes samples, stale markers among them, into a Prometheus that was started with
 * `--web.enable-remote-write-receiver`, by its protocol 0.1.0: a protobuf message, packed as Snappy.
 */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const message = Buffer.concat(series.map((one) => field(1, timeSeries(one))));
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(snappy(message)),
  });
  if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
}

function timeSeries({ metric, labels, samples }: WrittenSeries): Buffer {
  const sorted = Object.entries({ ...labels, __name__: metric }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return Buffer.concat([
    ...sorted.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...samples.map(([timeMs, value]) => field(2, sample(timeMs, value))),
  ]);
}

function sample(timeMs: number, value: number | typeof STALE): Buffer {
  const double = Buffer.alloc(8);
  if (value === STALE) double.writeBigUInt64LE(STALE_BITS);
  else double.writeDoubleLE(value);
  // Field 1, eight bytes; field 2, a varint.
  return Buffer.concat([Buffer.from([0x09]), double, Buffer.from([0x10]), varint(timeMs)]);
}

/** A field of bytes with its length. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Snappy's block format with literals alone: valid, and not compressed. */
function snappy(bytes: Buffer): Buffer {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += LITERAL_BYTES) {
    const literal = bytes.subarray(at, at + LITERAL_BYTES);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(literal.length - 1);
    parts.push(Buffer.from([61 << 2]), length, literal);
  }
  return Buffer.concat(parts);
}
