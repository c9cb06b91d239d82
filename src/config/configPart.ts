import type { z } from 'zod';
import { eachKnown, whileKnown } from './knownParts.ts';

/** Takes a problem of a part: the key in it, and what is wrong there with the cure. */
export type Report = (path: readonly PropertyKey[], message: string) => void;

/** One rule that looks at more than one key of a part, or that a schema cannot say. */
export type Rule<T> = (part: T, report: Report) => void;

/** What a room or a channel owns of the configuration: the value of one key at the top level. */
export interface ConfigPart<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /**
   * Checks what holds between the part's keys. Secrets have been read from their files by then. A rule that comes
   * to a value that is wrong by itself (`hideParts`) ends there: the problems that it reported by then stand.
   */
  check(part: unknown, report: Report): void;
}

/** Puts a part together from its schema and the rules that hold between its keys. */
export function configPart<S extends z.ZodType>(
  schema: S,
  ...rules: readonly Rule<NonNullable<z.output<S>>>[]
): ConfigPart<S> {
  return {
    schema,
    check(part, report) {
      if (part === undefined) return;
      for (const rule of rules) whileKnown(() => rule(part as NonNullable<z.output<S>>, report));
    },
  };
}

/** The schemas of some parts by their keys, for the schema of the whole. */
export function schemasOf<P extends Readonly<Record<string, ConfigPart>>>(
  parts: P,
): { readonly [K in keyof P]: P[K]['schema'] } {
  const entries = Object.entries(parts).map(([key, part]) => [key, part.schema]);
  return Object.fromEntries(entries) as { readonly [K in keyof P]: P[K]['schema'] };
}

/** Checks one entry of a list by the rules that hold between its keys. */
export function eachEntry<T>(rule: Rule<T>): Rule<readonly T[]> {
  return (entries, report) => {
    eachKnown(entries, (entry, index) => {
      rule(entry, (path, message) => report([index, ...path], message));
    });
  };
}

/** Reports the entries of a list whose name an earlier one has. */
export function uniqueNames(entries: readonly { readonly name: string }[], report: Report): void {
  const names = entries.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      report([index, 'name'], `"${name}" is there twice: names must differ`);
  });
}
