import { describe, expect, it } from 'vitest';
import { dumpHistory } from '../../../test/support/dumpHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { inventoryOf, rawPod } from '../../../test/support/specs.ts';
import { HOUR_MS } from '../../model/time.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { WindowRecord } from '../../store/history.ts';
import { openHistoryReader } from '../openHistory.ts';

const START = Date.UTC(2026, 10, 29, 22, 10);
const WEB = { kind: 'Deployment', name: 'web' };
const CANARY = 'canary-in-env';

function event(at: number, after: string, change: Partial<WorkloadEvent> = {}): WorkloadEvent {
  const base = { at, type: 'image', namespace: 'shop', workload: WEB, container: 'app' } as const;
  return { ...base, text: `runs ${after}`, before: null, after, ...change };
}

/** Two hours of windows; every pod has the specification that `specOf` gives it. */
function records(specOf: (index: number) => string): WindowRecord[] {
  return madeUpWindows(SMALL_CLUSTER, START, 24).map((record, index) => {
    const { window, pods } = record.snapshot;
    const raw = rawPod({}, { serviceAccountName: specOf(index), containers: CONTAINERS });
    const spec = [...inventoryOf([raw], 0).pods.values()][0]!.spec;
    const events = [event(window.end, `image:${Math.floor(index / 6)}`)];
    return {
      ...record,
      snapshot: { ...record.snapshot, pods: pods.map((pod) => ({ ...pod, spec })) },
      workloadEvents: events,
    };
  });
}
const CONTAINERS = [
  {
    name: 'app',
    image: 'i',
    command: ['sh', '-c', CANARY],
    args: [`--x=${CANARY}`],
    env: [{ name: 'DB_PASSWORD', value: CANARY }],
  },
];
const everything = { namespace: null, workload: null, from: 0, to: START * 2, limit: 100 };

describe('workloadEvents', () => {
  it('keeps each change once, however often the state finds it again', async () => {
    using temp = new TempHistory();
    const reader = await openHistoryReader(
      await temp.record(
        'a',
        records(() => 'web'),
      ),
    );
    const told = await reader.workloadEvents(everything);
    expect(told.map(({ after }) => after)).toEqual(['image:0', 'image:1', 'image:2', 'image:3']);
    expect(told[1]).toEqual(event(START + 7 * 300_000, 'image:1'));
    await reader.close();
  });

  it('answers by namespace, workload and time, the latest first cut', async () => {
    using temp = new TempHistory();
    const [first, ...rest] = records(() => 'web');
    const other = event(START, 'x', { namespace: 'blog', workload: { kind: 'Job', name: 'y' } });
    const path = await temp.record('a', [{ ...first!, workloadEvents: [other] }, ...rest]);
    const reader = await openHistoryReader(path);
    const ask = async (change: object) =>
      (await reader.workloadEvents({ ...everything, ...change })).map(({ after }) => after);
    expect(await ask({ limit: 2 })).toEqual(['image:2', 'image:3']);
    expect(await ask({ namespace: 'blog' })).toEqual(['x']);
    expect(await ask({ namespaces: ['blog'] })).toEqual(['x']);
    expect(await ask({ namespaces: [] })).toEqual([]);
    expect(await ask({ workload: WEB, to: START + HOUR_MS })).toEqual(['image:0', 'image:1']);
    await reader.close();
  });
});

describe('podSpecs', () => {
  it('keeps a row for every change of a specification, with the span in which it was seen', async () => {
    using temp = new TempHistory();
    const changing = records((index) => (index < 12 ? 'web' : 'root'));
    const reader = await openHistoryReader(await temp.record('a', changing));
    const { pods } = changing[0]!.snapshot;
    const { namespace, name: pod } = pods[0]!;
    const specs = await reader.podSpecs({ namespace, pod, limit: 10 });
    expect(specs.map(({ spec }) => spec.serviceAccount)).toEqual(['web', 'root']);
    expect(specs[0]?.firstSeen).toBe(START);
    expect(specs[1]?.firstSeen).toBe(START + HOUR_MS);
    expect(specs[1]?.lastSeen).toBe(Date.UTC(2026, 10, 30, 1));
    expect(specs[0]?.spec.containers[0]?.envNames).toEqual(['DB_PASSWORD']);
    await reader.close();
  });

  it('is the same in batches of any size, and holds neither commands nor values', async () => {
    using temp = new TempHistory();
    const all = records((index) => `account-${Math.floor(index / 5)}`);
    const whole = await dumpHistory(await temp.record('a', all));
    expect(await dumpHistory(await temp.record('b', all, 5))).toEqual(whole);
    expect(whole.some((line) => line.startsWith('pod_specs '))).toBe(true);
    expect(whole.join('\n')).not.toContain(CANARY);
  });
});
