import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER, WINDOW_MS } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { signalOf } from '../../collect/signals/reading.ts';
import type { Signal } from '../../model/signal.ts';
import { DAY_MS } from '../../model/time.ts';
import type { HistoryWriter, WindowRecord } from '../../store/history.ts';
import { SignalsFull, type SignalStore } from '../../store/signals.ts';
import { openHistoryReader, openSignalStore } from '../openHistory.ts';

const START = 100 * DAY_MS;
let history: TempHistory;
let writer: HistoryWriter;
let store: SignalStore;

beforeEach(async () => {
  history = new TempHistory();
  writer = await history.openWriter();
  store = await openSignalStore(history.path());
});
afterEach(async () => {
  await store.close();
  await writer.close();
  history[Symbol.dispose]();
});

function signal(id: string, change: Partial<Parameters<typeof signalOf>[0]> = {}): Signal {
  return signalOf({
    id,
    source: 'falco',
    class: 'miner',
    rule: 'rule',
    severity: 'critical',
    at: START + 60_000,
    text: 'text',
    ...change,
  });
}

function calls(count: number, key = 'a'): Signal {
  return signal(`calls:${START}:${key}`, { source: 'audit', class: 'api-calls', count });
}

let batches = 0;
function append(...signals: readonly Signal[]) {
  batches += 1;
  return store.append({ signals, digest: `batch-${batches}`, at: START });
}

/** Windows that take up what waits, as the cycle does. */
async function seal(from: number, count = 1): Promise<readonly (readonly Signal[])[]> {
  const taken: (readonly Signal[])[] = [];
  for (const record of madeUpWindows(SMALL_CLUSTER, START, from + count).slice(from)) {
    const signals = await writer.pendingSignals(record.snapshot.window.end);
    const sealed: WindowRecord = { ...record, snapshot: { ...record.snapshot, signals } };
    await writer.recordWindows([sealed]);
    taken.push(signals);
  }
  return taken;
}

describe('events of other tools in the history', () => {
  it('are kept once, by their id and by their request', async () => {
    expect(await append(signal('a'), signal('b'))).toEqual({ accepted: 2, duplicates: 0 });
    expect(await append(signal('a'), signal('c'))).toEqual({ accepted: 1, duplicates: 1 });
    const request = { signals: [calls(3)], digest: 'same', at: START };
    expect(await store.append(request)).toEqual({ accepted: 1, duplicates: 0 });
    expect(await store.append(request)).toEqual({ accepted: 0, duplicates: 1 });
    expect((await writer.pendingSignals(START + WINDOW_MS)).map(({ count }) => count)).toEqual([
      1, 1, 1, 3,
    ]);
  });

  it('are taken up by the window they happened in, else by the next, and a replay sees the same', async () => {
    await append(signal('now'), signal('later', { at: START + WINDOW_MS + 1 }));
    expect((await seal(0)).map((all) => all.map(({ id }) => id))).toEqual([['now']]);
    await append(signal('late'));
    expect((await seal(1)).map((all) => all.map(({ id }) => id))).toEqual([['late', 'later']]);
    expect(await seal(2)).toEqual([[]]);
    const replay = await writer.replayVerdicts(START, new Map());
    const at = async (window: number) =>
      (await replay.signalsAt(START + window * WINDOW_MS)).map(({ id }) => id);
    expect([await at(1), await at(2), await at(3)]).toEqual([['now'], ['late', 'later'], []]);
  });

  it('counts of calls that go on while their window is sealed belong to the next', async () => {
    await append(calls(5));
    const [record] = madeUpWindows(SMALL_CLUSTER, START, 1);
    const signals = await writer.pendingSignals(START + WINDOW_MS);
    await append(calls(2));
    await writer.recordWindows([{ ...record!, snapshot: { ...record!.snapshot, signals } }]);
    expect((await seal(1))[0]!.map(({ count }) => count)).toEqual([2]);
    const replay = await writer.replayVerdicts(START, new Map());
    const replayed = await replay.signalsAt(START + WINDOW_MS);
    expect(replayed.map(({ count }) => count)).toEqual([5]);
  });

  it('too many different calls are counted together', async () => {
    const users = Array.from({ length: 2_100 }, (_, index) => ({
      ...calls(1, `${index}`),
      actor: { user: `user-${index}`, userAgent: null, sourceIps: [] },
    }));
    await append(...users);
    const pending = await writer.pendingSignals(START + WINDOW_MS);
    expect(pending).toHaveLength(2_001);
    expect(pending.reduce((sum, { count }) => sum + count, 0)).toBe(2_100);
  });

  it('a user who calls in hundreds of ways takes no room from others, and what it does still shows', async () => {
    const lists = Array.from({ length: 3_000 }, (_, index) => ({
      ...calls(1, `${index}`),
      rule: 'list',
      actor: { user: 'eve', userAgent: `program-${index}`, sourceIps: [] },
      facts: { resource: 'pods', code: '200', unlimited: 'true' },
    }));
    const ordinary = {
      ...calls(7, 'ordinary'),
      actor: { user: 'ci', userAgent: 'kubectl', sourceIps: [] },
    };
    await append(...lists, ordinary);
    const pending = await writer.pendingSignals(START + WINDOW_MS);
    expect(pending).toHaveLength(202);
    const count = (user: string): number =>
      pending
        .filter(({ actor }) => actor.user === user)
        .reduce((sum, one) => sum + (one.facts['unlimited'] === 'true' ? one.count : 0), 0);
    expect(count('eve')).toBe(3_000);
    expect(pending.find(({ actor }) => actor.user === 'ci')?.count).toBe(7);
  });

  it('a flood of one pod takes no room from others', async () => {
    const flood = (from: number) =>
      Array.from({ length: 9_000 }, (_, index) =>
        signal(`noise-${from + index}`, { target: { namespace: 'shop', pod: 'noisy' } }),
      );
    for (const from of [0, 9_000, 18_000]) await append(...flood(from));
    await append(signal('quiet', { target: { namespace: 'shop', pod: 'quiet' } }));
    const pending = await writer.pendingSignals(START + WINDOW_MS);
    expect(pending).toHaveLength(2_002);
    expect(pending.reduce((sum, { count }) => sum + count, 0)).toBe(27_001);
  });

  it('more than may wait is refused as a whole', async () => {
    const many = Array.from({ length: 15_000 }, (_, index) =>
      signal(`many-${index}`, { target: { namespace: 'shop', pod: `pod-${index}` } }),
    );
    await append(...many);
    const more = many.map((one) => ({ ...one, id: `more-${one.id}` }));
    await expect(append(...more)).rejects.toThrow(SignalsFull);
    expect(await writer.pendingSignals(START + WINDOW_MS)).toHaveLength(15_000);
    await seal(0);
    expect((await append(...more)).accepted).toBe(15_000);
  });

  it('are listed of a workload by its pods, their UIDs, its name and its images', async () => {
    await seal(0);
    const [record] = madeUpWindows(SMALL_CLUSTER, START, 1);
    const pod = record!.snapshot.pods[0]!;
    const { namespace, workload } = pod;
    const image = pod.containers[0]!.image!;
    await append(
      signal('uid', { target: { podUid: pod.uid } }),
      signal('pod', { target: { namespace, pod: pod.name } }),
      signal('workload', { target: { namespace, workload } }),
      signal('image', { target: { image } }),
      signal('other', { target: { namespace, pod: 'another' } }),
      signal('elsewhere', { target: { namespace: 'elsewhere', pod: pod.name } }),
      calls(1),
    );
    const reader = await openHistoryReader(history.path());
    const query = { from: START, to: START + DAY_MS, limit: 100, namespaces: null };
    const ids = async (change: object) =>
      (await reader.signals({ ...query, namespace: null, workload: null, ...change })).signals
        .map(({ id }) => id)
        .sort();
    expect(await ids({ namespace, workload })).toEqual(['image', 'pod', 'uid', 'workload']);
    expect(await ids({ namespaces: ['elsewhere'] })).toEqual(['elsewhere']);
    expect(await ids({ namespace })).toEqual(['other', 'pod', 'workload']);
    expect(await ids({})).toHaveLength(6);
    expect((await reader.signals({ ...query, namespace, workload: null, limit: 1 })).total).toBe(3);
    await reader.close();
  });

  it('go with the windows', async () => {
    await append(signal('old'));
    await seal(0, 2);
    await append(signal('waiting', { at: START + 3 * WINDOW_MS }));
    await writer.prune({ windowsFrom: START + DAY_MS, hoursFrom: START });
    const reader = await openHistoryReader(history.path());
    const all = { from: 0, to: Infinity, limit: 10, namespace: null, workload: null };
    const { signals } = await reader.signals({ ...all, namespaces: null });
    expect(signals.map(({ id }) => id)).toEqual(['waiting']);
    await reader.close();
  });
});
