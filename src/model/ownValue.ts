/**
 * What a record holds under a name from outside. A namespace or container may be called `constructor`, and an
 * owner's kind anything at all: what every object inherits is none of the record's.
 */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
