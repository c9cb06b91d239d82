import type { PodLoad } from './case.ts';
import type { Random } from '../random.ts';

export const WINDOW_MS = 300_000;
export const DAY_MS = 86_400_000;
export const MIB = 2 ** 20;

/** One window of one pod, before it has a name. */
export interface Flow {
  cores: number;
  rx: number | null;
  tx: number | null;
  diskRead: number | null;
  diskWrite: number | null;
  ram: number;
  gpu?: number;
  tensor?: number;
}

export interface Shape {
  readonly kind: string;
  readonly name: string;
  readonly container: string;
  readonly image: string;
  readonly limit: number | null;
  readonly request: number | null;
  readonly ramLimit: number | null;
}

const HASHES = 'bcdfghjklmnpqrstvwxz2456789';

/** A pod's generated suffix, as Kubernetes makes them. */
export function suffix(random: Random, length = 5): string {
  return Array.from({ length }, () => HASHES[Math.floor(random.next() * HASHES.length)]).join('');
}

export function loadOf(
  shape: Shape,
  flow: Flow,
  pod: string,
  createdAt: number,
  node: string,
): PodLoad {
  return {
    pod,
    workload: { kind: shape.kind, name: shape.name },
    container: shape.container,
    image: shape.image,
    createdAt,
    node,
    limit: shape.limit,
    request: shape.request,
    ramLimit: shape.ramLimit,
    ...flow,
  };
}

/** Local hour of day (UTC), fractional, and day of week (0 = Monday). */
export function clock(start: number): { hour: number; day: number; date: number } {
  const date = Math.floor(start / DAY_MS);
  return { hour: (start % DAY_MS) / 3_600_000, day: (date + 3) % 7, date };
}

/** Traffic over the day: low at night, high in the afternoon, less at weekends; around 1. */
export function traffic(start: number, depth: number, weekend: number): number {
  const { hour, day } = clock(start);
  const daily = 1 + depth * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
  return daily * (day >= 5 ? weekend : 1);
}

/** Noise that lasts: AR(1) with the given memory, around 1. */
export function drifting(random: Random, cv: number, memory = 0.9): () => number {
  let state = 0;
  return () => {
    state = memory * state + Math.sqrt(1 - memory * memory) * random.normal();
    return Math.max(0.05, 1 + cv * state);
  };
}

export function node(random: Random): string {
  return `node-${random.int(1, 40)}`;
}
