import type { Reading } from '../../model/reading.ts';
import type { TimeMs } from '../../model/time.ts';
import type { ContainerDay } from './containerDay.ts';
import type { Sketch } from './sketch.ts';
import { VarintReader, VarintWriter } from '../../model/varint.ts';

const FORMAT = 2;
const NANOS = 1e9;

/** A day of a container as bytes: some hundred of them. Cores are kept to 1e-9, bytes whole. */
export function encodeContainerDay(day: ContainerDay): Uint8Array {
  const out = new VarintWriter();
  out.byte(FORMAT);
  for (const count of [
    day.hours,
    Math.round(day.ramPeakBytes),
    day.windows,
    day.podWindows,
    day.knownPodWindows,
    day.throttleKnown,
    day.throttled,
    day.oomKills,
  ])
    out.unsigned(count);
  putReading(out, day.oomBytes, 1);
  putReading(out, day.cpuRequestCores, NANOS);
  putReading(out, day.cpuLimitCores, NANOS);
  putReading(out, day.ramRequestBytes, 1);
  putReading(out, day.ramLimitBytes, 1);
  for (const busy of day.busy) putReading(out, busy, NANOS);
  for (const pod of day.hottestPods) out.unsigned(pod);
  putSketch(out, day.cpu, NANOS);
  putSketch(out, day.hottest, NANOS);
  putSketch(out, day.ram, 1);
  return out.take();
}

/** The reverse. @throws RangeError for bytes of a newer Burnwatch, or damaged ones. */
export function decodeContainerDay(day: TimeMs, bytes: Uint8Array): ContainerDay {
  const input = new VarintReader();
  input.open(bytes);
  const format = input.byte();
  if (format !== FORMAT) throw new RangeError(`a sketch of the history has format ${format}`);
  const numbers = new Float64Array(8);
  const signed = (): number => {
    input.signed(1, numbers);
    return numbers[0]!;
  };
  const unsigned = (): number => input.unsigned();
  const reading = (unit: number): Reading => {
    const value = unsigned();
    return value === 0 ? null : (value - 1) / unit;
  };
  const sketch = (unit: number): Sketch => {
    const zeros = unsigned();
    const max = unsigned() / unit;
    const length = unsigned();
    const buckets: [number, number][] = [];
    let index = 0;
    let count = zeros;
    for (let at = 0; at < length; at += 1) {
      index += signed();
      const here = unsigned();
      count += here;
      buckets.push([index, here]);
    }
    return { buckets, zeros, count, max };
  };
  const hours = unsigned();
  const ramPeakBytes = unsigned();
  const windows = unsigned();
  const podWindows = unsigned();
  const knownPodWindows = unsigned();
  const throttleKnown = unsigned();
  const throttled = unsigned();
  const oomKills = unsigned();
  const oomBytes = reading(1);
  const cpuRequestCores = reading(NANOS);
  const cpuLimitCores = reading(NANOS);
  const ramRequestBytes = reading(1);
  const ramLimitBytes = reading(1);
  const busy = Array.from({ length: 24 }, () => reading(NANOS));
  const hottestPods = Array.from({ length: 24 }, unsigned);
  const cpu = sketch(NANOS);
  const hottest = sketch(NANOS);
  const ram = sketch(1);
  return {
    day,
    hours,
    cpu,
    hottest,
    hottestPods,
    ram,
    ramPeakBytes,
    windows,
    podWindows,
    knownPodWindows,
    busy,
    throttleKnown,
    throttled,
    oomKills,
    oomBytes,
    cpuRequestCores,
    cpuLimitCores,
    ramRequestBytes,
    ramLimitBytes,
  };
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
