import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { WindowRecord } from '../../src/store/history.ts';
import { openHistoryWriter, type WriterOptions } from '../../src/engines/openHistory.ts';
import { postgresLocation } from '../../src/store/historyLocation.ts';
import { WINDOW_MS } from './madeUpWindows.ts';

export const IDENTITY = { cluster: 'test', currency: 'USD', windowMs: WINDOW_MS };

/** The URL of the database that histories are made in, instead of files. */
export const POSTGRES = 'BURNWATCH_TEST_POSTGRES';

/** A folder for histories that disappears at the end of a `using` block. */
export class TempHistory implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'burnwatch-history-'));

  /** Where a history of this name is: a file, or in the PostgreSQL database that the tests are run on. */
  path(name = 'history'): string {
    const url = process.env[POSTGRES];
    return url === undefined
      ? join(this.folder, `${name}.db`)
      : postgresLocation(url, `${basename(this.folder)}-${name}`);
  }

  openWriter(name = 'history', change: Partial<WriterOptions> = {}) {
    const path = this.path(name);
    return openHistoryWriter({ path, ...IDENTITY, ...change, command: 'once', clock: () => 0 });
  }

  /** Records windows in batches of `size` (all at once by default) and closes the history. */
  async record(
    name: string,
    records: readonly WindowRecord[],
    size = records.length,
  ): Promise<string> {
    const writer = await this.openWriter(name);
    try {
      for (let at = 0; at < records.length; at += size) {
        await writer.recordWindows(records.slice(at, at + size));
      }
    } finally {
      await writer.close();
    }
    return this.path(name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
