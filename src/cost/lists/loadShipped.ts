import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PriceList } from '../priceList.ts';
import { parsePriceList } from './parsePriceList.ts';

const SHIPPED = new URL('../prices/', import.meta.url);

/** The small lists that ship with Burnwatch, by name. */
export async function loadShipped(): Promise<readonly PriceList[]> {
  const files = (await readdir(SHIPPED)).filter((name) => name.endsWith('.csv')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, SHIPPED), 'utf8');
      const name = `shipped ${basename(file, '.csv')} prices`;
      return parsePriceList(text, { name, currency: 'USD', configured: false });
    }),
  );
}
