import { HistoryError } from '../../store/history.ts';
import type { WriterDatabase } from '../sql/db.ts';
import { writeBackup } from './backup.ts';
import { guard, openForWriting, requireFolder, SqliteDatabase, type Raw } from './database.ts';
import { identify, realPath, type FileIdentity } from './historyFile.ts';
import { ProcessLock, type LockHolder } from './processLock.ts';

export interface WriterFileOptions {
  readonly path: string;
  /** Shown to a process that finds the history locked. */
  readonly holder: LockHolder;
  /** Refuses to grow beyond this, as a full disk would. */
  readonly maxBytes?: number | undefined;
}

/** Pages given back to the file system at once: 32 MiB of a new file, some tens of milliseconds. */
const GIVEN_BACK = 4_096;

/** The history’s file with its lock: one writing process per file. */
class WriterFile extends SqliteDatabase implements WriterDatabase {
  readonly #path: string;
  readonly #file: FileIdentity | null;
  readonly #lock: ProcessLock;

  constructor(path: string, raw: Raw, lock: ProcessLock) {
    super(path, raw);
    this.#path = path;
    this.#file = identify(path);
    this.#lock = lock;
  }

  backup(target: string): Promise<void> {
    return this.alone(async () => {
      this.beforeWrite();
      writeBackup(this.raw, target);
    });
  }

  giveBack(): Promise<void> {
    return this.alone(async () => void this.raw.pragma(`incremental_vacuum(${GIVEN_BACK})`));
  }

  async reach(): Promise<void> {}

  /** SQLite numbers from the largest number on. */
  async numberOn(): Promise<void> {}

  override async close(): Promise<void> {
    await super.close();
    this.#lock.release();
  }

  /**
   * Refuses to write into a file that no other process can open any more. What a deleted one held is written back to its
   * path.
   * @throws HistoryError `replaced`
   */
  protected override beforeWrite(): void {
    const found = identify(this.#path);
    const { device, inode } = this.#file ?? {};
    if (found !== null && found.device === device && found.inode === inode) return;
    if (found === null) writeBackup(this.raw, realPath(this.#path));
    throw new HistoryError(
      'replaced',
      found === null
        ? `the history ${this.#path} was deleted while it was open; what it held was written back: restart Burnwatch`
        : `the history ${this.#path} was replaced by another file while it was open: restart Burnwatch`,
    );
  }
}

/** Takes the lock, and opens or creates the file. @throws HistoryError `locked`, `not-a-database`, `io`, … */
export function openWriterFile({ path, holder, maxBytes }: WriterFileOptions): WriterDatabase {
  requireFolder(path);
  const lock = ProcessLock.acquire(path, holder);
  try {
    const raw = openForWriting(path);
    try {
      if (maxBytes !== undefined) guard(path, () => limitSize(raw, maxBytes));
      return new WriterFile(path, raw, lock);
    } catch (error) {
      raw.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

function limitSize(raw: Raw, maxBytes: number): void {
  const pageBytes = raw.pragma('page_size', { simple: true }) as number;
  raw.pragma(`max_page_count = ${Math.ceil(maxBytes / pageBytes)}`);
}
