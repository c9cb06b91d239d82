import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MINUTE_MS } from '../../model/time.ts';
import { BillError } from './focusRow.ts';

/** The files of a bill; disposing of them removes what was fetched. */
interface BillFiles extends AsyncDisposable {
  /** For people: without the query of an address, which may be a secret. */
  readonly name: string;
  readonly files: readonly string[];
}

const KINDS = /\.(csv|csv\.gz|parquet)$/i;
const TIMEOUT_MS = 10 * MINUTE_MS;

/**
 * Finds the files of a bill: a file, all bills below a folder (as exports to object storage write them), or what an
 * http(s) address returns.
 * @throws BillError
 */
export async function billFiles(source: string): Promise<BillFiles> {
  if (/^https?:\/\//i.test(source)) return fetchBill(new URL(source));
  const name = basename(source);
  const keep = async (): Promise<void> => {};
  if (!(await isFolder(source))) return { name, files: [source], [Symbol.asyncDispose]: keep };
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const all = entries
    .filter((entry) => entry.isFile() && KINDS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = await newestRuns(source, all);
  if (files.length > 0) return { name, files, [Symbol.asyncDispose]: keep };
  throw new BillError(`${source}: holds no bill (.csv, .csv.gz or .parquet)`);
}

/** A folder of one billing period, as AWS and Azure name it. */
const PERIOD = /^(billing_period=.+|\d{8}-\d{8})$/i;

/**
 * Exports may write a period again and again, each time whole, into a folder a run: of those the newest counts, or every
 * charge would count as often as it was exported.
 */
async function newestRuns(source: string, files: readonly string[]): Promise<readonly string[]> {
  const runs = new Map<string, Map<string, string[]>>();
  for (const file of files) {
    const folders = relative(source, dirname(file)).split(sep);
    const at = folders.findIndex((folder) => PERIOD.test(folder));
    const [period, run] = at < 0 ? [file, ''] : [folders.slice(0, at + 1), folders.slice(at + 1)];
    const key = JSON.stringify(period);
    const ofPeriod = runs.get(key) ?? new Map<string, string[]>();
    runs.set(key, ofPeriod);
    const name = JSON.stringify(run);
    ofPeriod.set(name, [...(ofPeriod.get(name) ?? []), file]);
  }
  const newest = await Promise.all(
    [...runs.values()].map(async (ofPeriod) => {
      const dated = await Promise.all(
        [...ofPeriod.values()].map(async (each) => {
          const times = await Promise.all(each.map(async (file) => (await stat(file)).mtimeMs));
          return { each, at: Math.max(...times) };
        }),
      );
      return dated.reduce((left, right) => (right.at >= left.at ? right : left)).each;
    }),
  );
  return newest.flat().sort();
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BillError(`${path}: cannot be read (${code ?? String(error)})`, { cause: error });
  }
}

async function fetchBill(address: URL): Promise<BillFiles> {
  const name = basename(address.pathname);
  const shown = `${address.host}${address.pathname}`;
  if (!KINDS.test(name))
    throw new BillError(`${shown}: its path must end in .csv, .csv.gz or .parquet`);
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-bill-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = join(folder, name);
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok || response.body === null)
      throw new BillError(`${shown}: the server answers ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  } catch (error) {
    await remove();
    if (error instanceof BillError) throw error;
    const { message } = error as Error;
    throw new BillError(`${shown}: cannot be fetched (${message})`, { cause: error });
  }
  return { name, files: [file], [Symbol.asyncDispose]: remove };
}
