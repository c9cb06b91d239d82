import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs, type Window } from '../../src/model/time.ts';
import { bell, chance, drift, seedOf } from '../noise.ts';
import type { Trace } from '../traces.ts';
import type { Behaviour, JobRun, Load } from './workload.ts';

export const MIB = 2 ** 20;

/** Where the bytes of a core-second go. */
type Kind = 'network' | 'disk' | 'both';

interface Work {
  /** Bytes moved for every core-second. */
  readonly bytesPerCoreSecond: number;
  readonly kind?: Kind;
  readonly ramMiB: number;
}

/** Around 1, never below a twentieth. */
function noisy(seed: number, at: TimeMs, share: number): number {
  return Math.max(0.05, 1 + share * bell(seed, Math.floor(at / MINUTE_MS)));
}

function loadOf(cores: number, work: Work, seed: number, at: TimeMs): Load {
  const bytes = cores * work.bytesPerCoreSecond * noisy(seed + 3, at, 0.15);
  const kind = work.kind ?? 'network';
  const net = kind === 'disk' ? 0 : kind === 'both' ? bytes * 0.5 : bytes;
  const disk = kind === 'network' ? 0 : kind === 'both' ? bytes * 0.5 : bytes;
  return {
    cores,
    ramBytes: work.ramMiB * MIB * (1 + 0.03 * drift(seed + 5, at, 3 * HOUR_MS)),
    rx: net * 0.35 + 60,
    tx: net * 0.65 + 90,
    diskRead: disk * 0.6,
    diskWrite: disk * 0.4 + 150,
  };
}

/** Traffic over day and week, around 1: low at night, high in the afternoon (UTC), less at weekends. */
function traffic(at: TimeMs, depth: number, weekend: number): number {
  const hour = (at % DAY_MS) / HOUR_MS;
  const day = (Math.floor(at / DAY_MS) + 3) % 7;
  return (1 + depth * Math.sin(((hour - 9) / 24) * 2 * Math.PI)) * (day >= 5 ? weekend : 1);
}

export interface ServiceOptions extends Work {
  /** Mean use of one replica. */
  readonly cores: number;
  readonly depth?: number;
  readonly weekend?: number;
  /** Several times the traffic within a span. */
  readonly surge?: Window & { readonly factor: number };
}

/** Serves requests: use and bytes follow the traffic. */
export function service(options: ServiceOptions): Behaviour {
  const { cores, depth = 0.5, weekend = 0.7, surge } = options;
  return (at, { seed }) => {
    const inSurge = surge !== undefined && at > surge.start && at <= surge.end;
    const busy =
      traffic(at, depth, weekend) *
      Math.max(0.1, 1 + 0.12 * drift(seed, at, 20 * MINUTE_MS)) *
      (inSurge ? surge.factor : 1);
    return loadOf(cores * busy * noisy(seed, at, 0.06), options, seed, at);
  };
}

/** Computes while it runs. */
export function batch(options: Work & { readonly cores: number }): Behaviour {
  return (at, { seed }) => {
    const cores = options.cores * Math.max(0.1, 1 + 0.15 * drift(seed, at, 8 * MINUTE_MS));
    return loadOf(cores * noisy(seed, at, 0.05), options, seed, at);
  };
}

export interface BurstOptions extends Work {
  readonly cores: number;
  readonly idleCores: number;
  /** Length of a slot and the chance that it is a busy one; busy slots may follow each other. */
  readonly slot: TimeMs;
  readonly busy: number;
}

/** Busy now and then: builds, uploads, calls. */
export function bursts(options: BurstOptions): Behaviour {
  const work = batch(options);
  return (at, pod) => {
    const slot = Math.floor(at / options.slot);
    // At night and at weekends there is less to do.
    const busy = options.busy * Math.min(1.4, Math.max(0.25, traffic(at, 0.7, 0.3)));
    if (chance(pod.seed + 11, slot) < busy) return work(at, pod);
    return loadOf(options.idleCores * noisy(pod.seed, at, 0.2), options, pod.seed, at);
  };
}

/**
 * Plays a measured trace. Pods were measured for 15 to 20 hours: that is stretched to a day, and no two days
 * are quite alike. Hosts were measured for two weeks, which are played as they are.
 */
export function played(trace: Trace, scale: number, extra?: Partial<Work>): Behaviour {
  const { cores, rx, tx, ram, isHost } = trace;
  const shift = seedOf(trace.name) % cores.length;
  return (at, { seed }) => {
    const place = (isHost ? at / (5 * MINUTE_MS) : (at / DAY_MS) * cores.length) + shift;
    const today = isHost ? 1 : Math.max(0.5, 1 + 0.1 * drift(seed + 9, at, DAY_MS));
    const value = (list: readonly number[]): number => between(list, place);
    const used = value(cores) * scale * today * noisy(seed, at, 0.04);
    const work = { bytesPerCoreSecond: 400_000, ramMiB: 500, ...extra };
    const load = loadOf(used, work, seed, at);
    if (rx === null || tx === null || ram === null) return load;
    // The pods were measured while they served few users: their traffic grows with them.
    const more = scale * today * 8;
    const network = { rx: value(rx) * more, tx: value(tx) * more };
    return { ...load, ...network, ramBytes: value(ram), diskRead: 0, diskWrite: 200 };
  };
}

function between(list: readonly number[], place: number): number {
  const index = Math.floor(place);
  const part = place - index;
  const at = (offset: number): number => list[(index + offset) % list.length] ?? 0;
  return at(0) * (1 - part) + at(1) * part;
}

/** A run a day at this hour (UTC), some minutes late, for about so long. */
export function daily(hour: number, length: TimeMs, name: string): (span: Window) => JobRun[] {
  return every(DAY_MS, hour * HOUR_MS, length, name);
}

/** A run each period. Its length differs by a fifth from run to run. */
export function every(
  period: TimeMs,
  offset: TimeMs,
  length: TimeMs,
  name: string,
): (span: Window) => JobRun[] {
  const seed = seedOf(name);
  return ({ start, end }) => {
    const runs: JobRun[] = [];
    const first = Math.floor((start - offset - 2 * length) / period);
    for (let index = first; index * period + offset < end; index += 1) {
      const startsAt = index * period + offset;
      const endsAt = startsAt + length * (0.9 + 0.2 * chance(seed, index));
      if (endsAt > start) runs.push({ startsAt, endsAt: Math.round(endsAt / 1000) * 1000 });
    }
    return runs;
  };
}

/** Runs once. */
export function once(run: JobRun): (span: Window) => JobRun[] {
  return ({ start, end }) => (run.endsAt > start && run.startsAt < end ? [run] : []);
}

/** Adds up what two programs in one container do. */
export function together(a: Load, b: Load): Load {
  return {
    ...a,
    cores: a.cores + b.cores,
    ramBytes: a.ramBytes + b.ramBytes,
    rx: a.rx + b.rx,
    tx: a.tx + b.tx,
    diskRead: a.diskRead + b.diskRead,
    diskWrite: a.diskWrite + b.diskWrite,
  };
}
