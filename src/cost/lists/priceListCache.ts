import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimeMs } from '../../model/time.ts';

/** A price list as it was last read without an error. */
export interface GoodCopy {
  readonly text: string;
  readonly fetchedAt: TimeMs;
  /** The server's tag for that version, to ask whether it changed. */
  readonly etag: string | null;
}

/** Keeps the last good copy of each price list on disk: `HASH.csv`, with `HASH.json` beside it. */
export class PriceListCache {
  private readonly directory: string;
  constructor(directory: string) {
    this.directory = directory;
  }

  /** The last good copy, or null when there is none that can be read. */
  async read(source: string): Promise<GoodCopy | null> {
    try {
      const [text, meta] = await Promise.all([
        readFile(this.path(source, 'csv'), 'utf8'),
        readFile(this.path(source, 'json'), 'utf8'),
      ]);
      const { fetchedAt, etag } = JSON.parse(meta) as Partial<GoodCopy>;
      if (typeof fetchedAt !== 'number') return null;
      return { text, fetchedAt, etag: etag ?? null };
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) {
        return null;
      }
      throw error;
    }
  }

  /** Replaces the copy; each file appears whole or not at all. */
  async write(source: string, { text, fetchedAt, etag }: GoodCopy): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await replaceFile(this.path(source, 'csv'), text);
    await replaceFile(this.path(source, 'json'), JSON.stringify({ fetchedAt, etag }));
  }

  private path(source: string, extension: string): string {
    const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
    return join(this.directory, `${hash}.${extension}`);
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  // Contracted prices are confidential.
  await writeFile(temporary, text, { mode: 0o640 });
  await rename(temporary, path);
}
