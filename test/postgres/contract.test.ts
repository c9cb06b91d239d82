import { afterAll, describe } from 'vitest';
import { startPostgres } from '../../demo/postgresServer.ts';
import { POSTGRES } from '../support/tempHistory.ts';

// The tests of the SQL and of what is read by it, which run beside their code on SQLite, on a real PostgreSQL.
const server = await startPostgres();
process.env[POSTGRES] = await server.database();
afterAll(() => server[Symbol.asyncDispose]());

await import('../../src/engines/sql/audit.test.ts');
await import('../../src/engines/sql/containerDays.test.ts');
await import('../../src/engines/sql/costLevels.test.ts');
await import('../../src/engines/sql/deliveries.test.ts');
await import('../../src/engines/sql/findings.test.ts');
await import('../../src/engines/sql/signals.test.ts');
await import('../../src/engines/sql/usageSeries.test.ts');
await import('../../src/engines/sql/workloadEvents.test.ts');
await import('../../src/engines/sql/writer.test.ts');
await import('../../src/cost/bill/bill.test.ts');
await import('../../src/cost/budgets/readBudgets.test.ts');
await import('../../src/cost/report/compareCosts.test.ts');
await import('../../src/cost/savings/savings.test.ts');
await import('../../src/detect/posture/readTrend.test.ts');
await import('../../src/digest/read/readDigest.test.ts');

// Each file has hooks of its own: they must not run for the tests of the others.
describe('actions', async () => {
  await import('../respond/actions.test.ts');
});
describe('refusals', async () => {
  await import('../respond/refusals.test.ts');
});
describe('kill -9', async () => {
  await import('../respond/kill.test.ts');
});
