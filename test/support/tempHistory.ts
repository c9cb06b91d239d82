import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WindowRecord } from '../../src/store/history.ts';
import { openHistoryWriter, type WriterOptions } from '../../src/engines/openHistory.ts';
import { WINDOW_MS } from './madeUpWindows.ts';

export const IDENTITY = { cluster: 'test', currency: 'USD', windowMs: WINDOW_MS };

/** A folder for histories that disappears at the end of a `using` block. */
export class TempHistory implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'burnwatch-history-'));

  path(name = 'history'): string {
    return join(this.folder, `${name}.db`);
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
