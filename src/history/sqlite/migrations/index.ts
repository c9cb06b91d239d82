import type { Db } from '../database.ts';
import { windowsAndPages } from './001-windows-and-pages.ts';
import { stateAndFindings } from './002-state-and-findings.ts';
import { pinsAndAudit } from './003-pins-and-audit.ts';
import { deliveries } from './010-deliveries.ts';
import { workloadEvents } from './020-workload-events.ts';
import { bills } from './030-bills.ts';
import { containerDays } from './040-container-days.ts';
import { digests } from './050-digests.ts';
import { serveIndexes } from './060-serve-indexes.ts';

/**
 * One step of the schema: one file, one line below. Numbers never change once released; a file does
 * not have to know of the others. Reserved: 001–009 the history itself, 010–019 notify, 020–029
 * collect and specs, 030–039 cost, 040–049 rightsize and posture, 050–059 digest.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly up: (db: Db) => void;
}

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
];
