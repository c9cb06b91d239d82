import { onPostgres } from '../../support/onPostgres.ts';

// The tests of the SQL, which run beside their code on SQLite, on a real PostgreSQL. The files of this folder run in parallel.
await onPostgres();

await import('../../../src/engines/sql/audit.test.ts');
await import('../../../src/engines/sql/containerDays.test.ts');
await import('../../../src/engines/sql/costLevels.test.ts');
await import('../../../src/engines/sql/deliveries.test.ts');
await import('../../../src/engines/sql/examineContent.test.ts');
await import('../../../src/engines/sql/findings.test.ts');
await import('../../../src/engines/sql/signals.test.ts');
await import('../../../src/engines/sql/usageSeries.test.ts');
await import('../../../src/engines/sql/workloadEvents.test.ts');
