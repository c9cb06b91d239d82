import { expect, it } from 'vitest';
import { costPages } from './costPages.ts';
import { asking, type SqlSession } from './db.ts';
import { MetaTable } from './metaTable.ts';

it('reads the pages of a bucket in parts, each page once', async () => {
  const stored = Array.from({ length: 20_000 }, (_, index) => ({ key: 3 * index, page: '' }));
  const session: Partial<SqlSession> = {
    rows: async (_sql, [, after, limit]) =>
      stored.filter(({ key }) => key > Number(after)).slice(0, Number(limit)),
  };
  const db = asking(session as SqlSession);
  const sizes: number[] = [];
  const keys: number[] = [];
  for await (const rows of costPages(db, new MetaTable(db), 300_000).costs('days', 0)) {
    sizes.push(rows.length);
    keys.push(...rows.map(({ key }) => key));
  }
  expect(sizes).toEqual([10_000, 10_000, 0]);
  expect(keys).toEqual(stored.map(({ key }) => key));
});
