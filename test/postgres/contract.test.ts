import { afterAll } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { POSTGRES } from '../support/tempHistory.ts';

// The tests of the SQL beside it, which run there on SQLite, on a real PostgreSQL.
const server = await startPostgres();
process.env[POSTGRES] = await server.database();
afterAll(() => server[Symbol.asyncDispose]());

await import('../../src/engines/sql/audit.test.ts');
await import('../../src/engines/sql/containerDays.test.ts');
await import('../../src/engines/sql/costLevels.test.ts');
await import('../../src/engines/sql/deliveries.test.ts');
await import('../../src/engines/sql/findings.test.ts');
await import('../../src/engines/sql/usageSeries.test.ts');
await import('../../src/engines/sql/workloadEvents.test.ts');
await import('../../src/engines/sql/writer.test.ts');
