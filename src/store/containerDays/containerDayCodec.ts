import type { Reading } from '../../model/reading.ts';
import type { TimeMs } from '../../model/time.ts';
import type { ContainerDay } from './containerDay.ts';
import type { Sketch } from './sketch.ts';
import { VarintReader, VarintWriter } from '../../model/varint.ts';

const FORMAT = 2;
const NANOS = 1e9;

/** The fields in the order in which they are stored: counts, readings by their unit, sketches by theirs. */
const COUNTS = [
  'hours',
  'ramPeakBytes',
  'windows',
  'podWindows',
  'knownPodWindows',
  'throttleKnown',
  'throttled',
  'oomKills',
] as const;
const READINGS = {
  oomBytes: 1,
  cpuRequestCores: NANOS,
  cpuLimitCores: NANOS,
  ramRequestBytes: 1,
  ramLimitBytes: 1,
} as const;
const SKETCHES = { cpu: NANOS, hottest: NANOS, ram: 1 } as const;

/** Of all days, one after the other: a new one leaves 1 KB beside the heap. */
const WRITER = new VarintWriter();

/** A day of a container as bytes: some hundred of them. Cores are kept to 1e-9, bytes whole. */
export function encodeContainerDay(day: ContainerDay): Uint8Array {
  const out = WRITER.reset();
  out.byte(FORMAT);
  for (const field of COUNTS) out.unsigned(Math.round(day[field]));
  for (const [field, unit] of entriesOf(READINGS)) putReading(out, day[field], unit);
  for (const busy of day.busy) putReading(out, busy, NANOS);
  for (const pod of day.hottestPods) out.unsigned(pod);
  for (const [field, unit] of entriesOf(SKETCHES)) putSketch(out, day[field], unit);
  return out.take();
}

/** The reverse. @throws RangeError for bytes of a newer Burnwatch, or damaged ones. */
export function decodeContainerDay(day: TimeMs, bytes: Uint8Array): ContainerDay {
  const input = new VarintReader();
  input.open(bytes);
  const format = input.byte();
  if (format !== FORMAT) throw new RangeError(`a sketch of the history has format ${format}`);
  const counts = COUNTS.map((field) => [field, input.unsigned()] as const);
  const readings = entriesOf(READINGS).map(
    ([field, unit]) => [field, readReading(input, unit)] as const,
  );
  const busy = Array.from({ length: 24 }, () => readReading(input, NANOS));
  const hottestPods = Array.from({ length: 24 }, () => input.unsigned());
  const sketches = entriesOf(SKETCHES).map(
    ([field, unit]) => [field, readSketch(input, unit)] as const,
  );
  return {
    day,
    ...(Object.fromEntries(counts) as Pick<ContainerDay, (typeof COUNTS)[number]>),
    ...(Object.fromEntries(readings) as Pick<ContainerDay, keyof typeof READINGS>),
    busy,
    hottestPods,
    ...(Object.fromEntries(sketches) as Pick<ContainerDay, keyof typeof SKETCHES>),
  };
}

function entriesOf<K extends string>(units: Readonly<Record<K, number>>): [K, number][] {
  return Object.entries(units) as [K, number][];
}

function readReading(input: VarintReader, unit: number): Reading {
  const value = input.unsigned();
  return value === 0 ? null : (value - 1) / unit;
}

function readSketch(input: VarintReader, unit: number): Sketch {
  const difference = new Float64Array(1);
  const zeros = input.unsigned();
  const max = input.unsigned() / unit;
  const length = input.unsigned();
  const buckets: [number, number][] = [];
  let index = 0;
  let count = zeros;
  for (let at = 0; at < length; at += 1) {
    input.signed(1, difference);
    index += difference[0]!;
    const here = input.unsigned();
    count += here;
    buckets.push([index, here]);
  }
  return { buckets, zeros, count, max };
}

/** Zero is unknown, anything else is one more than the value. */
function putReading(out: VarintWriter, value: Reading, unit: number): void {
  out.unsigned(value === null ? 0 : Math.round(value * unit) + 1);
}

function putSketch(out: VarintWriter, sketch: Sketch, unit: number): void {
  out.unsigned(sketch.zeros);
  out.unsigned(Math.round(sketch.max * unit));
  out.unsigned(sketch.buckets.length);
  let before = 0;
  for (const [index, count] of sketch.buckets) {
    out.signed(index - before);
    out.unsigned(count);
    before = index;
  }
}
