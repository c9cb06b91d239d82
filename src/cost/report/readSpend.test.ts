import { expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { pricing } from '../../../test/support/cost.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { fromNano } from '../../model/money.ts';
import { costNano } from '../../model/costParts.ts';
import { HOUR_MS } from '../../model/time.ts';
import { readSpend } from './readSpend.ts';

const START = Date.UTC(2026, 10, 1);

it('adds up to what costs say of a namespace, and is nothing before the history began', async () => {
  using temp = new TempHistory();
  const records = madeUpWindows(SMALL_CLUSTER, START, 36);
  const reader = await openHistoryReader(await temp.record('history', records));
  const to = START + 3 * HOUR_MS;
  const { rows } = await reader.costs({ from: START, to, by: ['namespace'], namespaces: null });
  const row = rows.find(({ namespace }) => namespace !== null)!;
  const boundaries = [START - HOUR_MS, START, START + HOUR_MS, START + 2 * HOUR_MS, to];
  const spent = await readSpend(reader, pricing({}), { namespace: row.namespace! }, boundaries);
  expect(spent).toHaveLength(4);
  expect(spent[0]).toBe(0);
  expect(spent.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(fromNano(costNano(row)), 9);
  expect(await readSpend(reader, pricing({}), { owner: 'none' }, boundaries)).toEqual([0, 0, 0, 0]);
  await reader.close();
});
