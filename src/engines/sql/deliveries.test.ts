import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS } from '../../model/time.ts';
import { TEST_NOW } from '../../../test/support/notify/findings.ts';
import type { DeliveryStore } from '../../store/notifications/deliveryStore.ts';
import { openDeliveryStore } from '../openHistory.ts';

const LEASE = 120_000;
const RECEIVER = { channel: 'slack', target: '#a' };

let temp: TempHistory;
let store: DeliveryStore;
beforeEach(async () => {
  temp = new TempHistory();
  await (await temp.openWriter()).close();
  store = await openDeliveryStore(temp.path());
  const notice = { kind: 'note', audience: 'platform', title: 't', lines: [] } as const;
  const rest = { receiver: RECEIVER, conversation: 'c', priority: 0, notice, createdAt: TEST_NOW };
  await store.enqueue([{ id: 'd1', ...rest }]);
  await store.claim(RECEIVER, TEST_NOW, LEASE);
});
afterEach(async () => {
  await store.close();
  temp[Symbol.dispose]();
});

describe('a lease', () => {
  test.each([
    ['read a moment before the other process claimed', -5],
    ['of a machine whose clock is a minute behind', -60_000],
    ['within its time', LEASE - 1],
  ])('holds for another process: %s', async (_, later) => {
    expect(await store.claim(RECEIVER, TEST_NOW + later, LEASE)).toBeNull();
  });

  test.each([
    ['its time is over', LEASE],
    ['it comes from a clock that was a day ahead', -DAY_MS],
  ])('does not hold when %s: then it is in doubt', async (_, later) => {
    const claimed = await store.claim(RECEIVER, TEST_NOW + later, LEASE);
    expect(claimed).toMatchObject({ id: 'd1', inDoubt: true, attempts: 1 });
  });
});
