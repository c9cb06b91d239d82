import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { shippedFile } from '../../model/shippedFiles.ts';
import type { PriceList } from '../priceList.ts';
import { parsePriceList } from './parsePriceList.ts';

const SHIPPED = shippedFile('src/cost/prices/');

/** The small lists that ship with Burnwatch, by name. */
export async function loadShipped(): Promise<readonly PriceList[]> {
  const files = (await readdir(SHIPPED)).filter((name) => name.endsWith('.csv')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, SHIPPED), 'utf8');
      return readWhenAsked(text, `shipped ${basename(file, '.csv')} prices`);
    }),
  );
}

/** Most clusters ask for the prices of one provider, and a start for none. */
function readWhenAsked(text: string, source: string): PriceList {
  let read: PriceList | null = null;
  const known = { source, currency: 'USD', configured: false };
  const list = () => (read ??= parsePriceList(text, { ...known, name: source }));
  return {
    ...known,
    get asOf() {
      return list().asOf;
    },
    find: (...asked) => list().find(...asked),
    sizes: (like) => list().sizes(like),
  };
}
