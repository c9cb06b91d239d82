import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationSchema } from '../../../scripts/generate/schemas.ts';

it('the JSON schema that is shipped is that of the configuration: else `npm run generate`', () => {
  const read = (path: string): string =>
    readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const schema = configurationSchema(read('docs/configuration.md'));
  expect(JSON.parse(read('deploy/burnwatch.schema.json'))).toEqual(schema);
});
