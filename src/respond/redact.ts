import { holdsWholeObject } from '../collect/labels.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';

/** What stands in place of a value that is never stored. */
const REMOVED = '(not stored)';
/** Fields of containers that may hold secrets. */
const TEXTS = new Set(['command', 'args']);

/** An object without commands, arguments and values of environment variables. */
export function withoutSecrets(object: RawObject): RawObject {
  return strip(object, '') as RawObject;
}

function strip(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    if (TEXTS.has(key)) return [REMOVED];
    return value.map((one) => strip(one, key === 'env' ? 'variable' : ''));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !holdsWholeObject(name) && name !== 'managedFields')
      .map(([name, part]) => [
        name,
        key === 'variable' && name === 'value' ? REMOVED : strip(part, name),
      ]),
  );
}
