import { describe, expect, test } from 'vitest';
import { dumpHistory } from '../../../test/support/dumpHistory.ts';
import {
  aFinding,
  madeUpWindow,
  SMALL_CLUSTER,
  WINDOW_MS,
} from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import type { StateCodec } from '../../store/stateCodec.ts';
import type { Finding, FindingEvent, OperatorAction } from '../../model/finding.ts';
import type { DetectorCodecs, WindowRecord } from '../../store/history.ts';
import { openHistoryReader, openOperatorLog } from '../openHistory.ts';

const START = Date.UTC(2026, 10, 20, 22);
const CODEC: StateCodec<unknown> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
};
const CODECS: DetectorCodecs = new Map([['cpu', { version: 1, codec: CODEC }]]);

describe('state', () => {
  test('what was changed is loaded again; other versions are dropped', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    expect(await writer.loadState(CODECS)).toMatchObject({ watermark: null, historyStart: null });
    await writer.recordWindows([
      record(0, { a: 1, b: 2 }, [aFinding('x', START)]),
      record(1, { a: 3, b: null }, []),
    ]);
    await writer.close();
    const again = await temp.openWriter();
    const state = await again.loadState(CODECS);
    expect(state).toMatchObject({
      watermark: START + 2 * WINDOW_MS,
      historyStart: START + WINDOW_MS,
      expectedSamples: { pods: 10 },
    });
    expect([...state.detectors.get('cpu')!]).toEqual([['a', 3]]);
    expect([...state.findings.values()]).toEqual([aFinding('x', START)]);
    const newer = await again.loadState(new Map([['cpu', { version: 2, codec: CODEC }]]));
    expect(newer.detectors.get('cpu')!.size).toBe(0);
    await again.close();
  });

  test('a finding that is let go leaves the state and stays in the history', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.loadState(CODECS);
    const closed: Finding = { ...aFinding('x', START), state: 'resolved', resolvedAt: START };
    const letGo = { ...record(1, {}, []), change: change(1, {}, [['print-x', null]]) };
    const reopened = { ...aFinding('x', START + 2), id: 'x-later' };
    await writer.recordWindows([record(0, {}, [closed]), letGo, record(2, {}, [reopened])]);
    expect([...(await writer.loadState(CODECS)).findings.values()]).toEqual([reopened]);
    await writer.close();
    const reader = await openHistoryReader(temp.path());
    const ask = { kind: null, since: null, namespaces: null };
    expect(await reader.findings({ ...ask, state: 'all' })).toHaveLength(2);
    expect(await reader.findings({ ...ask, state: 'open' })).toEqual([reopened]);
    expect(await reader.finding('x-l')).toEqual(reopened);
    expect(await reader.finding('nothing')).toBeNull();
    await reader.close();
  });
});

describe('a page of findings', () => {
  test('is a part of the whole list, whatever was asked', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    const findings = Array.from({ length: 40 }, (_, index): Finding => {
      const one = aFinding(`f-${String(index).padStart(2, '0')}`, START + (index % 7) * WINDOW_MS);
      const namespace = ['shop', 'pay', null][index % 3] ?? null;
      return {
        ...one,
        kind: index % 2 === 0 ? 'posture' : 'budget',
        state: index % 5 === 0 ? 'resolved' : 'open',
        lastSeen: START + index * WINDOW_MS,
        scope: { ...one.scope, namespace },
      };
    });
    await writer.recordFindings(findings, []);
    await writer.close();
    const reader = await openHistoryReader(temp.path());
    for (const state of ['open', 'all'] as const)
      for (const kind of ['posture', null] as const)
        for (const since of [START + 20 * WINDOW_MS, null])
          for (const namespaces of [null, ['shop'], ['shop', 'pay'], []]) {
            const query = { state, kind, since, namespaces };
            const expected = findings
              .filter(
                (one) =>
                  (state === 'all' || one.state !== 'resolved') &&
                  (kind === null || one.kind === kind) &&
                  (since === null || one.lastSeen >= since) &&
                  (namespaces === null || namespaces.includes(one.scope.namespace ?? '')),
              )
              .toSorted((a, b) => b.firstSeen - a.firstSeen || (a.id < b.id ? -1 : 1));
            expect(await reader.findings(query)).toEqual(expected);
            expect(await reader.findingPage(query, { offset: 3, limit: 4 })).toEqual({
              findings: expected.slice(3, 7),
              total: expected.length,
            });
          }
    await reader.close();
  });
});

describe('events', () => {
  test('muted windows are suppressed; the order is that of the windows', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.loadState(CODECS);
    const one = aFinding('x', START);
    await writer.recordWindows([
      { ...record(0, {}, [one]), events: [event('opened', 0, one)], muted: true },
      { ...record(1, {}, [one]), events: [event('worse', 1, one)] },
    ]);
    await writer.recordFindings([one], [event('better', 2, one)]);
    await writer.close();
    const reader = await openHistoryReader(temp.path());
    const events = await reader.eventsAfter(0, 10);
    expect(events.map(({ type, suppressed, seq }) => [seq, type, suppressed])).toEqual([
      [1, 'opened', true],
      [2, 'worse', false],
      [3, 'better', false],
    ]);
    expect(await reader.eventsAfter(2, 10)).toHaveLength(1);
    expect(await reader.findingEvents('x')).toHaveLength(3);
    await reader.close();
  });
});

describe('decisions', () => {
  test('show at once, wait for the next window, and are merged once', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.loadState(CODECS);
    await writer.recordWindows([record(0, {}, [aFinding('x', START)])]);
    const log = await openOperatorLog(temp.path());
    const decision = { by: 'ana', at: START, reason: 'a load test', until: null };
    const action: OperatorAction = { findingId: 'x', action: 'acknowledge', decision };
    await log.append(action);
    const reader = await openHistoryReader(temp.path());
    expect(await reader.finding('x')).toMatchObject({ state: 'acknowledged', decision });
    const pending = await writer.pendingActions();
    expect(pending).toMatchObject([action]);
    const merged: Finding = { ...aFinding('x', START), state: 'acknowledged', decision };
    await writer.recordWindows([{ ...record(1, {}, [merged]), applied: pending }]);
    expect(await writer.pendingActions()).toEqual([]);
    expect(await reader.operatorActions('x')).toMatchObject([
      { ...action, appliedAt: START + 2 * WINDOW_MS },
    ]);
    expect(await log.list(0, 10)).toHaveLength(1);
    for (const port of [log, reader, writer]) await port.close();
  });
});

describe('replayVerdicts', () => {
  test('puts verdicts since a checkpoint in place of those that were there', async () => {
    using temp = new TempHistory();
    const count = 60;
    // Midnight is window 24. The wrong run sees a miner from window 30 on, the right one from 40 on.
    const run = (onset: number) =>
      Array.from({ length: count }, (_, index) => {
        const seen = { ...aFinding('x', START + onset * WINDOW_MS), id: `x-${onset}` };
        const isOn = index >= onset;
        const states = { a: index, b: isOn ? 'on' : null, ...(index === 0 ? { c: 0 } : {}) };
        const base = record(index, states, isOn ? [seen] : []);
        return index === onset ? { ...base, events: [event('opened', index, seen)] } : base;
      });
    const writer = await temp.openWriter('replayed');
    await writer.loadState(CODECS);
    await writer.recordWindows(run(30));
    const outage = { ...aFinding('outage', START + 50 * WINDOW_MS), fingerprint: 'print-outage' };
    await writer.recordFindings([outage], [event('opened', 50, outage)]);

    const replay = await writer.replayVerdicts(START + 35 * WINDOW_MS, CODECS);
    expect(replay.state.watermark).toBe(START + 24 * WINDOW_MS);
    expect(replay.state.detectors.get('cpu')!.get('a')).toBe(23);
    replay.add(run(40).slice(24, 50));
    await expect(replay.commit()).rejects.toMatchObject({ code: 'gap' });
    replay.add(run(40).slice(50));
    await replay.commit();
    await writer.close();

    const direct = await temp.openWriter('direct');
    await direct.loadState(CODECS);
    await direct.recordWindows(run(40));
    await direct.recordFindings([outage], [event('opened', 50, outage)]);
    await direct.close();
    const withoutSeq = async (path: string) =>
      (await dumpHistory(path)).map((line) => line.replace(/"seq":\d+,/, '')).sort();
    expect(await withoutSeq(temp.path('replayed'))).toEqual(await withoutSeq(temp.path('direct')));
  });

  test('before its first midnight a history is replayed from nothing', async () => {
    using temp = new TempHistory();
    const writer = await temp.openWriter();
    await writer.loadState(CODECS);
    await writer.recordWindows([record(0, { a: 1 }, []), record(1, { a: 2 }, [])]);
    const replay = await writer.replayVerdicts(START + WINDOW_MS, CODECS);
    expect(replay.state).toMatchObject({ watermark: null });
    replay.add([record(0, { a: 5 }, []), record(1, {}, [])]);
    await replay.commit();
    expect([...(await writer.loadState(CODECS)).detectors.get('cpu')!]).toEqual([['a', 5]]);
    await writer.close();
  });
});

function change(
  index: number,
  states: Readonly<Record<string, unknown>>,
  findings: readonly (readonly [string, Finding | null])[],
): WindowRecord['change'] {
  const base = madeUpWindow(SMALL_CLUSTER, START + index * WINDOW_MS, START + WINDOW_MS);
  return {
    ...base.change,
    detectors: new Map([['cpu', new Map(Object.entries(states))]]),
    findings: new Map(findings),
  };
}

function record(
  index: number,
  states: Readonly<Record<string, unknown>>,
  findings: readonly Finding[],
): WindowRecord {
  const base = madeUpWindow(SMALL_CLUSTER, START + index * WINDOW_MS, START + WINDOW_MS);
  const changed = findings.map((each) => [each.fingerprint, each] as const);
  return { ...base, change: change(index, states, changed) };
}

function event(type: FindingEvent['type'], index: number, about: Finding): FindingEvent {
  return { type, at: START + (index + 1) * WINDOW_MS, finding: about, reason: 'because' };
}
