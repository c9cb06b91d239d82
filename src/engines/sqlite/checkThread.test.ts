import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { findFileDamage } from './checkThread.ts';

it('finds nothing wrong with a whole file, and slows down no other thread', async () => {
  using history = new TempHistory();
  await (await history.openWriter()).close();
  const before = getPriority();
  expect(await findFileDamage(history.path(), new AbortController().signal)).toBeNull();
  expect(getPriority()).toBe(before);
});
