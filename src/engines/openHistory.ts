/** How the rest of the product opens the history; which engine stands behind it is decided here. */
import { formatTime, type TimeMs } from '../model/time.ts';
import type { AuditLog } from '../store/auditLog.ts';
import type { BillStore } from '../store/bills.ts';
import type { DigestStore } from '../store/digests/digestStore.ts';
import type { Exchange } from '../store/exchange.ts';
import type { OperatorLog } from '../store/findingLog.ts';
import {
  HistoryError,
  type HistoryCheck,
  type HistoryReader,
  type HistoryWriter,
} from '../store/history.ts';
import { parsePostgresLocation, type PostgresLocation } from '../store/historyLocation.ts';
import type { HistoryIdentity } from '../store/historyIdentity.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import type { SignalStore } from '../store/signals.ts';
import type { ResponseStore } from '../store/responses.ts';
import type { SilenceStore } from '../store/silences/silence.ts';
import { copyHistory, requireWholeCopy, type CopiedTable } from './copyHistory.ts';
import { createAuditLog } from './sql/audit.ts';
import { createResponseStore } from './sql/responses.ts';
import { createBillStore } from './sql/bills.ts';
import type { Database, WriterDatabase } from './sql/db.ts';
import { createDeliveryStore } from './sql/deliveries.ts';
import { createDigestStore } from './sql/digests.ts';
import { brokenPages, checked, examineContent } from './sql/examineContent.ts';
import { requireCurrentSchema } from './sql/migrate.ts';
import { createOperatorLog } from './sql/findings.ts';
import { createReader } from './sql/reader.ts';
import { createSignalStore } from './sql/signals.ts';
import { createSilenceStore } from './sql/silences.ts';
import { createWriter, type SqlWriterOptions } from './sql/writer.ts';
import { backUpFile, compactFile, restoreFile, type RestoreOptions } from './sqlite/backup.ts';
import { findFileDamage } from './sqlite/checkThread.ts';
import { openForReading, openForWriting, SqliteDatabase } from './sqlite/database.ts';
import { examineFile } from './sqlite/examine.ts';
import type { LockHolder } from './sqlite/processLock.ts';
import { openWriterFile } from './sqlite/writerDatabase.ts';
import type { Leadership } from './postgres/leadership.ts';
import type { PostgresDatabase } from './postgres/postgresDatabase.ts';

export { setAside } from './sqlite/backup.ts';
export { backupTime, listBackups, storeBackup, withBackupFile } from './backups/backups.ts';

/** Copies a history into a new file. @throws HistoryError */
export async function backupHistory(path: string, target: string): Promise<void> {
  await backUpFile(fileOf(path), target);
}

/** Rewrites a history’s file without its free pages. @throws HistoryError */
export async function compactHistory(path: string, holder: LockHolder) {
  return compactFile(fileOf(path), holder);
}

/** Puts a backup in the place of a history’s file. @throws HistoryError */
export async function restoreHistory(options: RestoreOptions) {
  return restoreFile({ ...options, path: fileOf(options.path) });
}

/** What is wrong with a history’s file; null where it is whole. PostgreSQL checks its own. */
export async function findDamage(path: string, signal: AbortSignal): Promise<string | null> {
  return parsePostgresLocation(path) === null ? findFileDamage(path, signal) : null;
}

/**
 * Copies a history into another place, engine or cluster’s schema: the copy is compared with the original row by row.
 * Nothing may write either meanwhile.
 *
 * @param options of the history that is copied to; `path` is the one that is copied
 */
export async function* migrateHistory(
  options: WriterOptions,
  to: string,
): AsyncGenerator<CopiedTable> {
  await (await openDatabase(options.path)).close();
  const source = await openForOneWriter(options);
  try {
    const target = await openForOneWriter({ ...options, path: to });
    try {
      await createWriter(source, options);
      await source.read((db) => requireWholeCopy(db, source.name));
      await createWriter(target, options);
      yield* copyHistory(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Looks a history over without changing it. */
export async function examineHistory(path: string, now: TimeMs): Promise<readonly HistoryCheck[]> {
  if (parsePostgresLocation(path) === null) return examineFile(path, now);
  return closing(await openDatabase(path), (database) =>
    database.read(async (db) => {
      const whole = 'the checksums of all pages';
      const integrity = checked('integrity', await brokenPages(db), whole, 'Restore a backup');
      return integrity.isOk
        ? [integrity, ...(await examineContent(db, database.name, now))]
        : [integrity];
    }),
  );
}

function fileOf(path: string): string {
  const location = parsePostgresLocation(path);
  if (location === null) return path;
  throw new HistoryError(
    'io',
    `${location.name} is no file: PostgreSQL has its own means for backups and space, see docs/postgresql.md`,
  );
}

async function closing<D extends Database, T>(
  database: D,
  work: (database: D) => Promise<T>,
): Promise<T> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

export interface WriterOptions extends SqlWriterOptions {
  readonly path: string;
  /** The command that is shown to a process that finds the history locked, for example `backfill`. */
  readonly command: string;
  /** Refuses to grow beyond this, as a full disk would. */
  readonly maxBytes?: number | undefined;
}

/**
 * Opens the history for writing; a new one is created and its schema brought up to date.
 * @throws HistoryError `locked` while another process writes it, `other-cluster`, `other-currency`
 *   or `other-grid` when it was made for something else, `newer-schema`, `not-a-database`, `io`.
 */
export async function openHistoryWriter(options: WriterOptions): Promise<HistoryWriter> {
  return closedOnError(await openForOneWriter(options), async (database) => {
    await database.read((db) => requireWholeCopy(db, database.name));
    return createWriter(database, options);
  });
}

async function openForOneWriter(options: WriterOptions): Promise<WriterDatabase> {
  const { path, command, clock, maxBytes } = options;
  const since = formatTime(clock());
  const location = parsePostgresLocation(path);
  if (location === null)
    return openWriterFile({ path, holder: { pid: process.pid, command, since }, maxBytes });
  const { openLeaderWriter } = await import('./postgres/writerDatabase.ts');
  return openLeaderWriter({ location, command, since });
}

/**
 * Waits until this process leads a history that several processes share; null where only one can open it, which
 * `openHistoryWriter` sees to.
 *
 * @param onWait is called once, with the process that leads, if another one does
 */
export async function leadHistory(
  { path, command, clock }: Pick<WriterOptions, 'path' | 'command' | 'clock'>,
  signal: AbortSignal,
  onWait: (leader: string) => void,
): Promise<Leadership | null> {
  const location = parsePostgresLocation(path);
  if (location === null) return null;
  const { waitForLead } = await import('./postgres/leadership.ts');
  return waitForLead({ location, command, since: formatTime(clock()) }, signal, onWait);
}

/**
 * Opens what the processes talk by that share a history; null for a file, which one process has.
 *
 * @param way processes that observe in another way do not work together
 * @param warn is given what goes wrong while this process stands by
 */
export async function openExchange(
  path: string,
  way: string,
  warn: (problem: string) => void,
): Promise<Exchange | null> {
  const location = parsePostgresLocation(path);
  if (location === null) return null;
  const { PostgresExchange } = await import('./postgres/exchange.ts');
  return new PostgresExchange(location, way, warn);
}

/**
 * Opens an existing history for reading only: any number of readers beside the one writer.
 *
 * @param beforeRead is called and waited for before each statement; what it throws ends the reading.
 * @throws HistoryError `missing`, `not-a-database`, `older-schema`, `newer-schema`, `io`; `other-cluster`,
 *   `other-currency` when it was made for something else than `madeFor`.
 */
export async function openHistoryReader(
  path: string,
  madeFor: Partial<HistoryIdentity> = {},
  beforeRead?: () => Promise<void>,
): Promise<HistoryReader> {
  return closedOnError(await openDatabase(path), async (database) => {
    await database.read((db) => requireWholeCopy(db, database.name));
    return createReader(database, madeFor, beforeRead);
  });
}

/** Opens the operators' decisions of an existing history. @throws HistoryError `missing`, `older-schema`, … */
export const openOperatorLog = sharedPart<OperatorLog>(createOperatorLog);
/** Opens the deliveries of an existing history. @throws HistoryError */
export const openDeliveryStore = sharedPart<DeliveryStore>(createDeliveryStore);
/** Opens the silences of an existing history. @throws HistoryError */
export const openSilenceStore = sharedPart<SilenceStore>(createSilenceStore);
/** Opens the audit log of an existing history. @throws HistoryError */
export const openAuditLog = sharedPart<AuditLog>(createAuditLog);
/** Opens the events of other tools of an existing history. @throws HistoryError */
export const openSignalStore = sharedPart<SignalStore>(createSignalStore);
/** Opens the responses of an existing history. @throws HistoryError */
export const openResponseStore = sharedPart<ResponseStore>(createResponseStore);
/** Opens the bills of an existing history. @throws HistoryError */
export const openBillStore = sharedPart<BillStore>(createBillStore);
/** Opens the digests of an existing history. @throws HistoryError */
export const openDigestStore = sharedPart<DigestStore>(createDigestStore);

/**
 * What is written in short transactions beside a running daemon, without its process lock. The history's writer has made
 * it and brought it up to date.
 */
function sharedPart<Part>(create: (database: Database) => Part): (path: string) => Promise<Part> {
  return async (path) => {
    return closedOnError(await openForShortWrites(path), async (database) => {
      await database.read((db) => requireCurrentSchema(db, database.name));
      return create(database);
    });
  };
}

/** Opens an existing history for reading, as the engine’s own parts see it. @throws HistoryError `missing`, `io`, … */
export async function openDatabase(path: string): Promise<Database> {
  const location = parsePostgresLocation(path);
  return location === null
    ? new SqliteDatabase(path, openForReading(path))
    : openPostgres(location);
}

async function openForShortWrites(path: string): Promise<Database> {
  const location = parsePostgresLocation(path);
  if (location === null) {
    openForReading(path).close();
    return new SqliteDatabase(path, openForWriting(path));
  }
  return closedOnError(await openPostgres(location), async (database) => {
    await database.rememberEpoch();
    return database;
  });
}

/** Loads the engine only where it is used: few histories are kept in PostgreSQL, and every command opens one. */
async function openPostgres(location: PostgresLocation): Promise<PostgresDatabase> {
  const { PostgresDatabase, requireHistory } = await import('./postgres/postgresDatabase.ts');
  return closedOnError(new PostgresDatabase(location), (database) =>
    requireHistory(database, location),
  );
}

async function closedOnError<D extends Database, T>(
  database: D,
  work: (database: D) => Promise<T>,
): Promise<T> {
  try {
    return await work(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}
