import { z } from 'zod';
import { didYouMean } from '../model/text/didYouMean.ts';

/** What is wrong at one key, in words: the key, and the message without it. */
export interface Explained {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Values under these keys may be secret: they are never repeated in a message. In `tokens` it is only `token`. */
const SECRET_KEY = /token(?!s$)|password|secret|headers|url|auth|priceList/i;

/** Puts a schema's issue into words that name the cure. An unknown key becomes one message each. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
): readonly Explained[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: unknownKey(key, known, schema, path.length === 0),
    }));
  }
  return [{ path, message: describe(issue, valueAt(value, path)) }];
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  const isSecret = issue.path.some((part) => SECRET_KEY.test(String(part)));
  const shown = isSecret ? '' : `${JSON.stringify(value)} `;
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      if (!issue.message.startsWith('Invalid input')) return `${shown}${issue.message}`;
      if (value === null)
        return `has no value: give it ${article(issue.expected)}, or remove the key`;
      return `must be ${article(issue.expected)}, but is ${article(typeOf(value))}${typeHint(issue.expected, value)}`;
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const meant = typeof value === 'string' ? didYouMean(value, allowed) : null;
      const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
      return `${shown}is not one of ${allowed.join(', ')}${hint}`;
    }
    case 'too_small':
      if (!issue.message.startsWith('Too small')) return `${shown}${issue.message}`;
      if (typeof value !== 'number') return 'must not be empty';
      return `${shown}must be ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${shown}must be ${issue.inclusive === true ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return `${shown}${issue.message}`;
  }
}

function unknownKey(
  key: string,
  known: readonly string[],
  schema: z.ZodType,
  isTop: boolean,
): string {
  const meant = didYouMean(key, known);
  if (meant !== null) return `is not a known key; did you mean ${meant}?`;
  // A key in the wrong place is as common as a typing error.
  const home = isTop ? sectionsWith(schema, key) : knownKeys(schema, []).filter((k) => k === key);
  if (home.length > 0) {
    const place = isTop ? home.map((section) => `${section}.${key}`).join(' or ') : `the top level`;
    return `is not a known key here; it belongs to ${place}`;
  }
  return `is not a known key; known here are ${known.join(', ')}`;
}

function sectionsWith(schema: z.ZodType, key: string): readonly string[] {
  return knownKeys(schema, []).filter((section) => knownKeys(schema, [section]).includes(key));
}

/** The keys that the schema knows at `path`. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const at = schemaAt(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The schema of what stands at `path`, without its default; undefined where it knows nothing there. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown {
  let at: unknown = unwrap(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = unwrap(at.shape[String(part)]);
    else if (at instanceof z.ZodArray) at = unwrap(at.element);
    else if (at instanceof z.ZodRecord) at = unwrap(at.valueType);
    else return undefined;
  }
  return at;
}

/** The schema inside `.default()`, `.optional()` and the like. */
function unwrap(schema: unknown): unknown {
  let at = schema;
  while (
    at instanceof z.ZodDefault ||
    at instanceof z.ZodPrefault ||
    at instanceof z.ZodOptional ||
    at instanceof z.ZodNullable ||
    at instanceof z.ZodPipe
  )
    at = at instanceof z.ZodPipe ? at.def.in : at.def.innerType;
  return at;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return at;
}

function typeOf(value: unknown): string {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'array' : typeof value;
}

function article(type: string): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a map of keys',
    record: 'a map of keys',
    array: 'a list',
  };
  return words[type] ?? type;
}

function typeHint(expected: string, value: unknown): string {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return ': put it in quotes';
  if (expected === 'array') return ': write it as [ … ] or as lines that begin with "- "';
  return '';
}
