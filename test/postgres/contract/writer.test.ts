import { onPostgres } from '../../support/onPostgres.ts';

// The tests of the writer, and of what is read by the SQL.
await onPostgres();

await import('../../../src/engines/sql/writer.test.ts');
await import('../../../src/cost/bill/bill.test.ts');
await import('../../../src/cost/budgets/readBudgets.test.ts');
await import('../../../src/cost/report/compareCosts.test.ts');
await import('../../../src/cost/savings/savings.test.ts');
await import('../../../src/detect/posture/readTrend.test.ts');
await import('../../../src/digest/read/readDigest.test.ts');
