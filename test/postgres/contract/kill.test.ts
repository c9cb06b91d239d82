import { onPostgres } from '../../support/onPostgres.ts';

await onPostgres();

await import('../../respond/kill.test.ts');
