import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from './schema.ts';

const DOC = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

/** Every key that a file may hold, as the table writes it: `pricing.nodes[].match`. */
function keysOf(schema: unknown, path: string): readonly string[] {
  let at = schema;
  while (
    at instanceof z.ZodDefault ||
    at instanceof z.ZodPrefault ||
    at instanceof z.ZodOptional ||
    at instanceof z.ZodNullable ||
    at instanceof z.ZodPipe
  )
    at = at instanceof z.ZodPipe ? at.def.in : at.def.innerType;
  if (at instanceof z.ZodObject) {
    const dot = path === '' ? '' : `${path}.`;
    return Object.entries(at.shape).flatMap(([key, value]) => keysOf(value, `${dot}${key}`));
  }
  if (at instanceof z.ZodArray) {
    const inside = keysOf(at.element, `${path}[]`);
    return inside.some((key) => key !== `${path}[]`) ? inside : [path];
  }
  return [path];
}

describe('docs/configuration.md', () => {
  it('names every key of the schema', () => {
    const keys = keysOf(configSchema, '');
    expect(keys).toContain('pricing.nodes[].match');
    expect(keys.filter((key) => !DOC.includes(`\`${key}\``))).toEqual([]);
  });

  it('names no key that the schema does not have', () => {
    const keys = new Set(keysOf(configSchema, ''));
    const rows = [...DOC.matchAll(/^\| `([^`]+)`/gm)].map(([, key = '']) => key);
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((key) => !keys.has(key))).toEqual([]);
    expect(rows.filter((key, at) => rows.indexOf(key) < at)).toEqual([]);
  });

  it('shows an example that is good', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(DOC) ?? [];
    const result = configSchema.safeParse(parse(example));
    expect(result.error?.issues).toBeUndefined();
    expect(Object.keys(parse(example) as object).toSorted()).toEqual(
      // In place of four others.
      Object.keys(configSchema.shape)
        .filter((key) => key !== 'clusters')
        .toSorted(),
    );
  });
});
