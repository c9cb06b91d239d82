import { describe } from 'vitest';
import { onPostgres } from '../../support/onPostgres.ts';

await onPostgres();

// Each file has hooks of its own: they must not run for the tests of the others.
describe('actions', async () => {
  await import('../../respond/actions.test.ts');
});
describe('refusals', async () => {
  await import('../../respond/refusals.test.ts');
});
