import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { Random } from '../random.ts';
import type { PodUse } from './rivals.ts';

/** Days replayed: the first half to learn from, the second to be tried on. */
export const DAYS = 28;
const PODS = 3;
const TRACES = fileURLToPath(new URL('../../demo/traces/', import.meta.url));

export interface Shape {
  readonly name: 'steady' | 'daily' | 'bursty';
  readonly trace: string;
  /** Factor on the cores: pods of a few millicores would all be decided by the tools' floors. */
  readonly scale: number;
  /** True where the measured minutes are laid over a daily curve that was not measured. */
  readonly onCurve: boolean;
}

/**
 * Which measured traces stand for which shape. `nab` traces are two weeks of a host in five-minute means (the share
 * of a host taken as cores); `nezha` traces are most of a day of a pod, a sample a minute.
 */
export const SHAPES: readonly Shape[] = [
  shape('steady', 'nab-ec2_cpu_utilization_5f5533', 2),
  shape('steady', 'nab-ec2_cpu_utilization_825cc2', 2),
  shape('steady', 'nezha-boutique-2022-08-22-currencyservice', 20),
  shape('steady', 'nezha-trainticket-2023-01-29-ts-gateway-service', 20),
  // Two hosts that idle at 0.1 % and run for five minutes a night at 1.5 %.
  shape('daily', 'nab-ec2_cpu_utilization_24ae8d', 50),
  shape('daily', 'nab-ec2_cpu_utilization_c6585a', 50),
  shape('daily', 'nezha-boutique-2022-08-22-currencyservice', 20, true),
  shape('daily', 'nezha-trainticket-2023-01-29-ts-gateway-service', 20, true),
  shape('bursty', 'nezha-trainticket-2023-01-29-ts-basic-service', 20),
  shape('bursty', 'nezha-trainticket-2023-01-29-ts-route-service', 20),
  shape('bursty', 'nezha-trainticket-2023-01-29-ts-station-service', 20),
  shape('bursty', 'nezha-trainticket-2023-01-29-ts-train-service', 20),
];

/** Where a trace's P99 is more than this many times its mean, it is bursty. */
const BURSTY = 4;

/**
 * The measured traces that are in no shape above, each by what it is, the steady ones a second time on the daily
 * curve; hosts count as daily.
 */
export function otherShapes(): readonly Shape[] {
  const taken = new Set(SHAPES.map(({ trace }) => trace));
  const traces = readdirSync(TRACES)
    .filter((file) => file.endsWith('.csv'))
    .map((file) => file.slice(0, -'.csv'.length))
    .filter((trace) => !taken.has(trace));
  return traces.flatMap((trace): readonly Shape[] => {
    if (trace.startsWith('nab-')) return [shape('daily', trace, 2)];
    const cores = read(trace, false).cores.toSorted((a, b) => a - b);
    const mean = cores.reduce((sum, value) => sum + value, 0) / cores.length;
    if ((cores[Math.floor(cores.length * 0.99)] ?? 0) > BURSTY * mean)
      return [shape('bursty', trace, 20)];
    return [shape('steady', trace, 20), shape('daily', trace, 20, true)];
  });
}

function shape(name: Shape['name'], trace: string, scale: number, onCurve = false): Shape {
  return { name, trace, scale, onCurve };
}

/** One workload's pods over all days; `bytes` is empty where memory was not measured. */
export interface Replay {
  readonly stepMs: number;
  readonly pods: readonly PodUse[];
}

/**
 * A shape over 28 days, learnt from in a share of them: blocks of its trace in random order for each pod, whole days of the two-week traces (so
 * that the hour of the day stays), hours of the others. Days to learn from come from the trace's first half,
 * days to be tried on from its second, so that nothing is tried on what it has seen. A day is played twice, but never
 * on the same weekday: what comes back every week must not be an accident of the replay.
 */
export function replay({ trace, scale, onCurve }: Shape, seed: number, share = 1 / 2): Replay {
  const random = new Random(seed);
  const isHost = trace.startsWith('nab-');
  const stepMs = isHost ? 5 * MINUTE_MS : MINUTE_MS;
  const blockMs = isHost ? DAY_MS : HOUR_MS;
  const samples = read(trace, isHost);
  const length = blockMs / stepMs;
  const blocks = Math.floor(samples.cores.length / length);
  const half = Math.floor(blocks * share);
  const pods = Array.from({ length: PODS }, (): PodUse => {
    const cores: number[] = [];
    const bytes: number[] = [];
    const week = shuffled(7, random);
    const shift = random.int(1, 6);
    for (let time = 0; time < DAYS * DAY_MS; time += blockMs) {
      const isLearning = time < Math.round(DAYS * share) * DAY_MS;
      const first = isLearning ? 0 : half;
      const day = time / DAY_MS;
      const block = isHost
        ? first +
          (week[(day + Math.floor(day / 7) * shift) % 7]! % (isLearning ? half : blocks - half))
        : random.int(first, isLearning ? half - 1 : blocks - 1);
      for (let at = 0; at < length; at += 1) {
        const load = onCurve ? curve(time + at * stepMs) : 1;
        cores.push(samples.cores[block * length + at]! * scale * load);
        if (!isHost) bytes.push(samples.bytes[block * length + at]!);
      }
    }
    return { cores, bytes };
  });
  return { stepMs, pods };
}

function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random.int(0, at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** A working day: a third of the load at night, all of it in the early afternoon, half of it at weekends. */
function curve(time: number): number {
  const hour = (time % DAY_MS) / HOUR_MS;
  const isWeekend = Math.floor(time / DAY_MS) % 7 >= 5;
  const day = 2 / 3 + Math.cos(((hour - 14) / 12) * Math.PI) / 3;
  return isWeekend ? day / 2 : day;
}

function read(trace: string, isHost: boolean): PodUse {
  const rows = readFileSync(`${TRACES}${trace}.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  return {
    cores: rows.map((row) => (row[1] ?? 0) / (isHost ? 100 : 1000)),
    bytes: isHost ? [] : rows.map((row) => (row[3] ?? 0) * 2 ** 20),
  };
}
