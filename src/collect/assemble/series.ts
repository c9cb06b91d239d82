import type { Reading } from '../../model/reading.ts';
import { SECOND_MS, type TimeMs } from '../../model/time.ts';

/** A series that says one thing (`value`) of its subject at some points of the grid. */
export interface Statement<T> {
  readonly value: T;
  readonly values: Float64Array;
}

/** The reading at a point; unknown where there is none. */
export function at(values: Float64Array | undefined, point: number): Reading {
  const value = values?.[point];
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** The time at a point, of a series that states seconds. */
export function timeAt(seconds: Float64Array | undefined, point: number): TimeMs | null {
  const time = at(seconds, point);
  return time === null ? null : time * SECOND_MS;
}

/** The count at a point; a series that has no sample there was seen zero times. */
export function countAt(values: Float64Array | undefined, point: number): number {
  return at(values, point) ?? 0;
}

export interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/** A label, empty where the series has none (Prometheus does not tell the two apart). */
export function label(series: Labelled, name: string): string {
  return series.labels[name] ?? '';
}

/** The statement that was made most often at a point; the first of equals. Null when none was made. */
export function strongest<T>(statements: readonly Statement<T>[], point: number): T | null {
  let best: T | null = null;
  let most = 0;
  for (const statement of statements) {
    const count = countAt(statement.values, point);
    if (count > most) {
      most = count;
      best = statement.value;
    }
  }
  return best;
}

/** What was stated at a point, in the statements' order. */
export function statedAt<T>(statements: readonly Statement<T>[], point: number): readonly T[] {
  const stated: T[] = [];
  for (const statement of statements) {
    if (at(statement.values, point) !== null) stated.push(statement.value);
  }
  return stated;
}

/** Order by code units: the same on every machine and in every locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where a duplicate of a series adds nothing but its samples: the larger value at each point. */
export function overlay(known: Float64Array | undefined, more: Float64Array): Float64Array {
  if (known === undefined) return more;
  more.forEach((value, point) => {
    const old = known[point];
    if (!Number.isNaN(value) && (old === undefined || Number.isNaN(old) || value > old)) {
      known[point] = value;
    }
  });
  return known;
}
