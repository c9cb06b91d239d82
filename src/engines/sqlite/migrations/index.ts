import type { Migration } from './migration.ts';
import { windowsAndPages } from './001-windows-and-pages.ts';
import { stateAndFindings } from './002-state-and-findings.ts';
import { pinsAndAudit } from './003-pins-and-audit.ts';
import { deliveries } from './010-deliveries.ts';
import { workloadEvents } from './020-workload-events.ts';
import { bills } from './030-bills.ts';
import { containerDays } from './040-container-days.ts';
import { digests } from './050-digests.ts';
import { serveIndexes } from './060-serve-indexes.ts';
import { findingsNewest } from './089-findings-newest.ts';
import { auditOnce } from './090-audit-once.ts';

export const MIGRATIONS: readonly Migration[] = [
  windowsAndPages,
  stateAndFindings,
  pinsAndAudit,
  deliveries,
  workloadEvents,
  bills,
  containerDays,
  digests,
  serveIndexes,
  findingsNewest,
  auditOnce,
];
