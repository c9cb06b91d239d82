import { expect, it } from 'vitest';
import { fc } from '../../../../test/support/properties.ts';
import { withoutManagedFields } from './managedFields.ts';

const strip = (value: unknown): unknown => JSON.parse(withoutManagedFields(JSON.stringify(value)));

it('empties them in every item, whatever strings and brackets they hold, and touches nothing else', () => {
  const fields = [
    { fieldsV1: { 'k:{"type":"]["}': { '.': {} }, 'f:x\\': [['"']] } },
    { manager: 'a]' },
  ];
  const pod = (managedFields: unknown) => ({
    metadata: { name: 'a', managedFields, labels: { a: ']"' } },
    spec: { args: ['"managedFields":[', '\\"managedFields":[1'] },
  });
  expect(strip({ items: [pod(fields), pod([])] })).toEqual({ items: [pod([]), pod([])] });
});

it('leaves text without them, and text that is cut off, as it is', () => {
  const text = '{"items":[{"metadata":{"name":"a"}}]}';
  expect(withoutManagedFields(text)).toBe(text);
  const cut = '{"metadata":{"managedFields":[{"fieldsV1":{"f:a":"]';
  expect(withoutManagedFields(cut)).toBe(cut);
  expect(withoutManagedFields('')).toBe('');
});

it('never changes any other value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, fields) => {
      expect(strip({ value, metadata: { managedFields: [fields] }, after: value })).toEqual(
        JSON.parse(JSON.stringify({ value, metadata: { managedFields: [] }, after: value })),
      );
    }),
  );
});
