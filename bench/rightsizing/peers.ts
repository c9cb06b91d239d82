/**
 * Burnwatch beside KRR, VPA and Goldilocks: each learns from two thirds of every trace and made-up load, under the requests and
 * limits of today, and its proposal stands for the last third. Throttling and OOM kills are simulated: a use above a limit.
 */
import { DAY_MS, HOUR_MS, HOURS_PER_MONTH, MINUTE_MS } from '../../src/model/time.ts';
import { Random } from '../random.ts';
import { burnwatchSizing, daysOf, type Sizing } from './burnwatch.ts';
import { krrLimit, krrSimple, vpaBounds, type PodUse, type Proposal } from './rivals.ts';
import { DAYS, otherShapes, replay, SHAPES, type Replay, type Shape } from './shapes.ts';

const SHARE = 2 / 3;
const GIB = 2 ** 30;
/** OpenCost's defaults. */
const CORE_HOUR = 0.031611;
const GIB_HOUR = 0.004237;

/** What a rule's proposals came to over all workloads: less is better in each. */
export interface Outcome {
  /** A month, of all pods' requests. */
  readonly money: number;
  /** Share of pod-windows whose mean CPU was above the request. */
  readonly above: number;
  /** Core-hours above the request, which only spare capacity of the node serves. */
  readonly unmet: number;
  /** Share of samples above the CPU limit. */
  readonly throttled: number;
  /** Pod-days with memory above the limit. */
  readonly oomKills: number;
}

const MEASURES = ['money', 'above', 'unmet', 'throttled', 'oomKills'] as const;

/** What runs today, before anybody advises: the kinds take turns over the workloads. */
const TODAY: readonly ((use: Levels) => Sizing)[] = [
  // Far too much.
  ({ cpu, ram }) => sizing(2 * cpu.high, limit(4 * cpu.high), 2 * ram, 2 * ram),
  // Too little, with room up to the limit.
  ({ cpu, ram }) => sizing(0.8 * cpu.mean, limit(2 * cpu.peak), 0.7 * ram, 1.5 * ram),
  () => sizing(null, null, null, null),
  // A limit that throttles.
  ({ cpu, ram }) => sizing(0.8 * cpu.mean, cpu.high, 1.2 * ram, 1.3 * ram),
];

interface Levels {
  readonly cpu: { readonly mean: number; readonly high: number; readonly peak: number };
  readonly ram: number;
}

export interface Workload extends Replay {
  readonly name: string;
  /** Of `TODAY`. */
  readonly today: number;
}

/** Every measured trace, and made-up loads that no trace has. */
export function workloads(every = 1): readonly Workload[] {
  const shapes = [...SHAPES, ...otherShapes()].filter((_, index) => index % every === 0);
  const named = ({ trace, onCurve }: Shape) => (onCurve ? `${trace} on a daily curve` : trace);
  const all = [
    ...shapes.map((shape, index) => ({ name: named(shape), ...replay(shape, index + 1, SHARE) })),
    ...MADE_UP.map(([name, load], index) => ({ name, ...madeUp(load, index + 1) })),
  ];
  return all.map((one, index) => ({ ...one, today: index % TODAY.length }));
}

type Load = (time: number, random: Random) => readonly [cores: number, mebibytes: number];

const MADE_UP: readonly (readonly [string, Load])[] = [
  ['a nightly hour', (time, random) => [within(time, 2, 3) ? 1.5 : noise(0.1, random), 300]],
  [
    'a weekly hour',
    (time, random) => [isMonday(time) && within(time, 6, 7) ? 2 : noise(0.2, random), 400],
  ],
  [
    'office hours',
    (time, random) => [within(time, 8, 18) ? noise(0.8, random) : noise(0.1, random), 600],
  ],
  ['a heap that grows', (time, random) => [noise(0.3, random), 300 + (15 * time) / DAY_MS]],
  ['nightly memory', (time, random) => [noise(0.2, random), within(time, 1, 2) ? 900 : 200]],
  ['rare bursts', (_, random) => [random.next() < 0.01 ? 3 : noise(0.05, random), 250]],
  ['idle', (_, random) => [noise(0.002, random), 40]],
  ['a step half-way', (time, random) => [noise(time > 10 * DAY_MS ? 0.9 : 0.3, random), 500]],
];

function madeUp(load: Load, seed: number): Replay {
  const random = new Random(seed);
  const stepMs = MINUTE_MS;
  const pods = Array.from({ length: 3 }, (): PodUse => {
    const cores: number[] = [];
    const bytes: number[] = [];
    for (let time = 0; time < DAYS * DAY_MS; time += stepMs) {
      const [used, mebibytes] = load(time, random);
      cores.push(used);
      bytes.push(mebibytes * 2 ** 20);
    }
    return { cores, bytes };
  });
  return { stepMs, pods };
}

function noise(mean: number, random: Random): number {
  return mean * (0.8 + 0.4 * random.next());
}

function within(time: number, from: number, to: number): boolean {
  const hour = (time % DAY_MS) / HOUR_MS;
  return hour >= from && hour < to;
}

function isMonday(time: number): boolean {
  return Math.floor(time / DAY_MS) % 7 === 0;
}

/** What each rule came to over these workloads. */
export function compare(all: readonly Workload[]): ReadonlyMap<string, Outcome> {
  const totals = new Map<string, Outcome[]>();
  for (const { pods, stepMs, today: kind } of all) {
    const split = (Math.round(DAYS * SHARE) * DAY_MS) / stepMs;
    const before = pods.map((pod) => part(pod, 0, split));
    const later = pods.map((pod) => part(pod, split));
    const today = TODAY[kind]!(levelsOf(before));
    // A limit cuts off what the tools learn from.
    const learnt = before.map(({ cores, bytes }) => ({
      cores: cores.map((value) => Math.min(value, today.cpuLimitCores ?? Infinity)),
      bytes,
    }));
    for (const [name, proposed] of proposals(learnt, stepMs, today)) {
      const list = totals.get(name) ?? [];
      totals.set(name, list);
      list.push(judge(proposed, later, stepMs));
    }
  }
  return new Map([...totals].map(([name, outcomes]) => [name, sum(outcomes)]));
}

/** True where one is at least as good in everything, and better in something. */
export function dominates(one: Outcome, other: Outcome): boolean {
  return (
    MEASURES.every((measure) => one[measure] <= other[measure]) &&
    MEASURES.some((measure) => one[measure] < other[measure])
  );
}

function proposals(
  learnt: readonly PodUse[],
  stepMs: number,
  today: Sizing,
): readonly (readonly [string, Sizing])[] {
  const krr = krrSimple(learnt, 95);
  const limited = krrLimit(learnt);
  const { lower, target, upper } = vpaBounds(learnt, stepMs, today.cpuRequestCores ?? 0);
  const advised = burnwatchSizing(daysOf(learnt, stepMs, today));
  return [
    ['today', today],
    [
      'Burnwatch',
      { ...advised, ramRequestBytes: advised.ramRequestBytes ?? today.ramRequestBytes },
    ],
    ['KRR simple, P95', sizing(krr.cpuCores, null, krr.ramBytes, krr.ramBytes)],
    [
      'KRR simple_limit',
      sizing(limited.cpuCores, limited.cpuLimitCores, limited.ramBytes, limited.ramBytes),
    ],
    ['VPA target', scaled(target, today)],
    ['VPA upper bound', scaled(upper, today)],
    ['Goldilocks, guaranteed', both(target, target)],
    ['Goldilocks, burstable', both(lower, upper)],
  ];
}

/** VPA keeps the ratio of limit and request. */
function scaled({ cpuCores, ramBytes }: Proposal, today: Sizing): Sizing {
  const ratio = (limit: number | null, request: number | null, to: number): number | null =>
    limit === null || !request ? null : (limit / request) * to;
  return sizing(
    cpuCores,
    ratio(today.cpuLimitCores, today.cpuRequestCores, cpuCores),
    ramBytes,
    ratio(today.ramLimitBytes, today.ramRequestBytes, ramBytes),
  );
}

/** Smaller limits are not written. */
function limit(cores: number): number {
  return Math.max(0.1, cores);
}

function both(request: Proposal, limit: Proposal): Sizing {
  return sizing(request.cpuCores, limit.cpuCores, request.ramBytes, limit.ramBytes);
}

function sizing(
  cpuRequestCores: number | null,
  cpuLimitCores: number | null,
  ramRequestBytes: number | null,
  ramLimitBytes: number | null,
): Sizing {
  return { cpuRequestCores, cpuLimitCores, ramRequestBytes, ramLimitBytes };
}

function judge(proposed: Sizing, later: readonly PodUse[], stepMs: number): Outcome {
  const width = (5 * MINUTE_MS) / stepMs;
  const perDay = DAY_MS / stepMs;
  const request = proposed.cpuRequestCores ?? 0;
  const most = proposed.cpuLimitCores ?? Infinity;
  const ramLimit = proposed.ramLimitBytes ?? Infinity;
  let windows = 0;
  let above = 0;
  let samples = 0;
  let throttled = 0;
  let unmet = 0;
  let oomKills = 0;
  for (const { cores, bytes } of later) {
    for (let at = 0; at + width <= cores.length; at += width) {
      let total = 0;
      for (let step = at; step < at + width; step += 1) {
        const used = cores[step]!;
        total += used;
        samples += 1;
        if (used > most) throttled += 1;
        unmet += (Math.max(0, used - request) * stepMs) / HOUR_MS;
      }
      windows += 1;
      if (total / width > request) above += 1;
    }
    for (let at = 0; at < bytes.length; at += perDay)
      if (bytes.slice(at, at + perDay).some((value) => value > ramLimit)) oomKills += 1;
  }
  const hourly =
    later.length * (request * CORE_HOUR + ((proposed.ramRequestBytes ?? 0) / GIB) * GIB_HOUR);
  return {
    money: hourly * HOURS_PER_MONTH,
    above: above / windows,
    unmet,
    throttled: throttled / samples,
    oomKills,
  };
}

function sum(outcomes: readonly Outcome[]): Outcome {
  const total = (measure: (typeof MEASURES)[number]) =>
    outcomes.reduce((before, outcome) => before + outcome[measure], 0);
  return {
    money: total('money'),
    above: total('above') / outcomes.length,
    unmet: total('unmet'),
    throttled: total('throttled') / outcomes.length,
    oomKills: total('oomKills'),
  };
}

function levelsOf(pods: readonly PodUse[]): Levels {
  const cores = Float64Array.from(pods.flatMap((pod) => pod.cores)).sort();
  const mean = cores.reduce((total, value) => total + value, 0) / cores.length;
  const bytes = pods.flatMap((pod) => pod.bytes);
  return {
    cpu: { mean, high: cores[Math.floor(cores.length * 0.9)] ?? 0, peak: cores.at(-1) ?? 0 },
    ram: bytes.length === 0 ? GIB : bytes.reduce((most, value) => Math.max(most, value), 0),
  };
}

function part({ cores, bytes }: PodUse, from: number, to?: number): PodUse {
  return { cores: cores.slice(from, to), bytes: bytes.slice(from, to) };
}
