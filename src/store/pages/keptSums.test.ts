import { expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { CostDimension, CostQuery } from '../costTable.ts';
import type { HistoryReader, WindowRecord } from '../history.ts';

/** A day and some hours from 20:10, so that every level has whole buckets, edges and one that is not over. */
const START = Date.UTC(2026, 10, 20, 20, 10);
const WINDOWS = 340;
const CLUSTER = { ...SMALL_CLUSTER, rolloutEvery: 25 };
const UNKNOWN_UNTIL = START + 30 * WINDOW_MS;

const DIMENSIONS: readonly (readonly CostDimension[])[] = [
  ['namespace'],
  ['workload', 'node'],
  ['owner', 'image'],
  ['pod'],
  ['label:team'],
];

/** Windows of which one is seen in part at first, and some pods have no known owner. */
function firstSeen(record: WindowRecord, index: number): WindowRecord {
  const { snapshot, costs } = record;
  const isPartial = index === 100;
  const orphaned = snapshot.window.start < UNKNOWN_UNTIL;
  const kept = snapshot.pods.filter((_, place) => !isPartial || place > 3);
  const pods = kept.map((pod, place) =>
    orphaned && place < 2
      ? { ...pod, workload: { kind: 'Pod', name: pod.name }, workloadKnown: false }
      : pod,
  );
  const byUid = new Map(pods.map((pod) => [pod.uid, pod]));
  const allocations = costs.allocations.flatMap((each) => {
    const pod = byUid.get(each.pod.uid);
    return pod === undefined ? [] : [{ ...each, pod }];
  });
  const seen = isPartial ? { complete: false, coverage: 0.6 } : {};
  return { ...record, snapshot: { ...snapshot, ...seen, pods }, costs: { ...costs, allocations } };
}

function questions(watermark: number): readonly CostQuery[] {
  const nodesAs = new Map([
    ['node-0', '=1'],
    ['node-1', '=0.8'],
    ['node-2', '=0.8'],
  ]);
  const spans = [WINDOW_MS, 3 * HOUR_MS + 2 * WINDOW_MS, 3 * DAY_MS];
  return spans.flatMap((span) => {
    const asked = { from: watermark - span, to: watermark, namespaces: null };
    return [
      ...DIMENSIONS.map((by) => ({ ...asked, by })),
      { ...asked, by: ['namespace', 'node'] as const, nodesAs },
      { ...asked, by: ['workload'] as const, namespaces: ['ns-1'] },
      {
        ...asked,
        by: ['namespace'] as const,
        where: [{ by: 'node', operator: '=', value: 'node-1' }],
      },
    ] as const;
  });
}

async function answers(reader: HistoryReader): Promise<readonly unknown[]> {
  const { watermark } = await reader.status();
  return Promise.all(questions(watermark!).map((query) => reader.costs(query)));
}

it('what was added up for earlier questions gives the answers of a reader that has read nothing yet', async () => {
  using temp = new TempHistory();
  const right = madeUpWindows(CLUSTER, START, WINDOWS);
  const writer = await temp.openWriter();
  const first = right.map(firstSeen);
  let recorded = 20;
  await writer.recordWindows(first.slice(0, recorded));
  const reader = await openHistoryReader(temp.path());
  const same = async () => {
    const fresh = await openHistoryReader(temp.path());
    expect(await answers(reader)).toEqual(await answers(fresh));
    await fresh.close();
  };
  try {
    for (const count of [1, 11, 70, 30, 1, 150, 1]) {
      await same();
      await writer.recordWindows(first.slice(recorded, recorded + count));
      recorded += count;
    }
    await same();
    // A window that was seen in part is corrected, hours and days above it are made again.
    expect(await writer.correctWindows([right[100]!])).toBe(1);
    await same();
    await writer.prune({ windowsFrom: START + 200 * WINDOW_MS, hoursFrom: START });
    await same();
  } finally {
    await reader.close();
    await writer.close();
  }
});
