/** What Slack would say of a value: a message, and a JSON pointer to what it is about. */
export interface BlockProblem {
  readonly message: string;
  readonly pointer: string;
}

/** What the blocks are checked against beside Slack's published limits. */
export interface BlockContext {
  /** False for a file that is unknown, no picture, or not processed yet. */
  fileIsReady(id: string): boolean;
}

export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function problem(pointer: string, message: string): readonly BlockProblem[] {
  return [{ message, pointer }];
}

/** `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`, as Slack writes it. */
export function problemText({ message, pointer }: BlockProblem): string {
  return `${message} [json-pointer:${pointer}]`;
}

/** A text within `max` characters that is not empty. */
export function checkString(value: unknown, pointer: string, max: number): readonly BlockProblem[] {
  if (typeof value !== 'string') return problem(pointer, 'must be a string');
  if (value === '') return problem(pointer, 'must be more than 0 characters');
  if (value.length > max) return problem(pointer, `must be less than ${max + 1} characters`);
  return [];
}

/** A string that may be absent. */
export function checkOptional(
  value: unknown,
  pointer: string,
  max: number,
): readonly BlockProblem[] {
  return value === undefined ? [] : checkString(value, pointer, max);
}

/** A list within bounds, each entry checked by `check`. */
export function checkList(
  value: unknown,
  pointer: string,
  [min, max]: readonly [number, number],
  check: (item: Json, pointer: string) => readonly BlockProblem[],
): readonly BlockProblem[] {
  if (!Array.isArray(value)) return problem(pointer, 'must be an array');
  if (value.length < min) return problem(pointer, `must have at least ${min} items`);
  if (value.length > max) return problem(pointer, `no more than ${max} items allowed`);
  return value.flatMap((item: unknown, index) => {
    const at = `${pointer}/${index}`;
    return isJson(item) ? check(item, at) : problem(at, 'must be an object');
  });
}

/** Keys that a type does not have are refused: `invalid additional property: x`. */
export function checkKeys(
  value: Json,
  pointer: string,
  allowed: readonly string[],
): readonly BlockProblem[] {
  return Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({ message: `invalid additional property: ${key}`, pointer }));
}
