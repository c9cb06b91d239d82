import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { emptyContainerDay, mergeContainerDays } from '../../store/containerDays/containerDay.ts';
import type { WindowRecord } from '../../store/history.ts';
import { openHistoryReader } from '../openHistory.ts';
import {
  decodeContainerDay,
  encodeContainerDay,
} from '../../store/containerDays/containerDayCodec.ts';

const START = Date.UTC(2026, 9, 30, 12);
const SPAN = { from: START - DAY_MS, to: START + 3 * DAY_MS, namespaces: null };

let temp: TempHistory;
beforeEach(() => (temp = new TempHistory()));
afterEach(() => temp[Symbol.dispose]());

async function daysIn(path: string, namespaces: readonly string[] | null = null) {
  const reader = await openHistoryReader(path);
  try {
    return await reader.containerDays({ ...SPAN, namespaces });
  } finally {
    await reader.close();
  }
}

describe('sketches per container and day', () => {
  it('hold every pod of every window, by UTC day', async () => {
    const windows = madeUpWindows(SMALL_CLUSTER, START, 288);
    const path = await temp.record('history', windows, 36);
    const histories = await daysIn(path);
    expect(histories).toHaveLength(8);
    const [first] = histories;
    expect(first?.days.map(({ day }) => day)).toEqual([
      Date.UTC(2026, 9, 30),
      Date.UTC(2026, 9, 31),
    ]);
    expect(first?.days[0]).toMatchObject({ windows: 144, podWindows: 3 * 144, hours: 0xfff000 });
    const values = windows
      .slice(0, 144)
      .flatMap(({ snapshot }) =>
        snapshot.pods
          .filter(
            ({ namespace, workload }) =>
              namespace === first?.namespace && workload.name === first.workload.name,
          )
          .flatMap(({ containers }) => containers.filter(({ name }) => name === first?.container)),
      );
    const peaks = values.flatMap(({ ramPeakBytes }) => ramPeakBytes ?? []);
    expect(first?.days[0]?.ramPeakBytes).toBe(Math.max(...peaks));
    expect(first?.days[0]?.cpu.count).toBe(
      values.filter(({ cpuUsageCores }) => cpuUsageCores !== null).length,
    );
    expect(await daysIn(path, ['ns-1'])).toHaveLength(4);
  });

  it('are made anew when an hour of theirs is corrected, as if it had been right at once', async () => {
    const right = madeUpWindows(SMALL_CLUSTER, START, 60);
    const path = await temp.record('right', right);
    const wrong = right.map((record, index) => (index === 17 ? emptied(record) : record));
    const writer = await temp.openWriter('corrected');
    await writer.recordWindows(wrong);
    const { snapshot, costs } = right[17]!;
    expect(await writer.correctWindows([{ snapshot, costs }])).toBe(1);
    await writer.close();
    expect(await daysIn(temp.path('corrected'))).toEqual(await daysIn(path));
  });

  it('survive their encoding, and merge hour by hour in any order', async () => {
    const path = await temp.record('history', madeUpWindows(SMALL_CLUSTER, START, 24), 24);
    const day = (await daysIn(path))[0]!.days[0]!;
    expect(decodeContainerDay(day.day, encodeContainerDay(day))).toEqual(day);
    const empty = emptyContainerDay(day.day);
    expect(decodeContainerDay(day.day, encodeContainerDay(empty))).toEqual(empty);
    expect(mergeContainerDays(empty, day)).toEqual(mergeContainerDays(day, empty));
    expect(WINDOW_MS * 24).toBe(2 * HOUR_MS);
  });
});

/** The window as it looks when most of its data were missing. */
function emptied(record: WindowRecord): WindowRecord {
  const snapshot = { ...record.snapshot, pods: [], coverage: 0.1, complete: false };
  return { ...record, snapshot, costs: { ...record.costs, allocations: [] } };
}
