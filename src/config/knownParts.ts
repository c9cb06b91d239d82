import type { z } from 'zod';
import { didYouMean } from '../model/text/didYouMean.ts';
import { knownKeys } from './explainIssue.ts';

type Path = readonly PropertyKey[];

/** A rule read a value that is wrong by itself: what holds between it and others cannot be checked yet. */
export class UnknownPart extends Error {
  override readonly name = 'UnknownPart';
}

/**
 * What a schema makes of a value that does not fit it: every part that fits, parsed and with its defaults. What
 * stands at the paths of the issues means nothing.
 */
export function parsePartly(schema: z.ZodType, value: unknown): unknown {
  // `safeParse` is this and then throws the parts away.
  const payload = schema._zod.run({ value, issues: [] }, { async: false });
  return payload instanceof Promise ? undefined : payload.value;
}

/**
 * The paths of which nothing is known because of these issues. A key that is not known is meant for the one that it
 * resembles, else for any that is absent beside it: those are unknown with it.
 */
export function unknownPaths(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  value: unknown,
): readonly Path[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [issue.path];
    const given = valueAt(value, issue.path);
    const absent = knownKeys(schema, issue.path).filter((key) => !(key in given));
    const hidden = issue.keys.flatMap((key) => didYouMean(key, absent) ?? absent);
    return hidden.map((key) => [...issue.path, key]);
  });
}

/** Makes reading what stands at these paths fail with `UnknownPart`. */
export function hideParts(config: object, paths: readonly Path[]): void {
  for (const path of paths.toSorted((a, b) => a.length - b.length)) {
    const parent = path.slice(0, -1).reduce<unknown>(shownAt, config);
    const key = path.at(-1);
    if (typeof parent !== 'object' || parent === null || key === undefined) continue;
    Object.defineProperty(parent, key, {
      // One path may have several issues.
      configurable: true,
      get: () => {
        throw new UnknownPart();
      },
    });
  }
}

/** Runs `work` up to where it reads a hidden value; what it did by then stands. */
export function whileKnown(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UnknownPart)) throw error;
  }
}

/** `forEach` over independent entries: a hidden one does not keep the next from being checked. */
export function eachKnown<T>(list: readonly T[], check: (item: T, index: number) => void): void {
  for (const index of list.keys()) whileKnown(() => check(list[index] as T, index));
}

/** True when `path` is one of `paths`, or leads into it. */
export function isWithin(path: Path, paths: readonly Path[]): boolean {
  return paths.some((outer) => outer.every((part, index) => part === path[index]));
}

/** The value of a key; undefined when it is hidden. */
function shownAt(parent: unknown, key: PropertyKey): unknown {
  if (typeof parent !== 'object' || parent === null) return undefined;
  return Object.getOwnPropertyDescriptor(parent, key)?.value as unknown;
}

function valueAt(value: unknown, path: Path): object {
  const found = path.reduce(shownAt, value);
  return typeof found === 'object' && found !== null ? found : {};
}
