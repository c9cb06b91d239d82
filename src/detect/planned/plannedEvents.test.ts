import { describe, expect, it } from 'vitest';
import type { OperatorAction } from '../../model/finding.ts';
import { plannedIn, type PlannedEvent } from '../../model/plannedEvent.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { cancelEvent, planEvent, type EventRequest } from './changeEvents.ts';
import { mergeEvents, readEvents } from './plannedEvents.ts';

const NOW = Date.UTC(2026, 10, 24);

function request(change: Partial<EventRequest> = {}): EventRequest {
  return {
    name: 'sale',
    startsAt: NOW,
    endsAt: NOW + 4 * HOUR_MS,
    namespaces: ['shop'],
    workload: null,
    holdsForAbuse: true,
    ...change,
  };
}

function aLog() {
  const actions: OperatorAction[] = [];
  const audit: unknown[] = [];
  const stores = {
    actions: { append: (action: OperatorAction) => Promise.resolve(actions.push(action)) },
    audit: { append: (entry: unknown) => Promise.resolve(audit.push(entry)) },
  };
  return { actions, audit, stores };
}

const actor = { who: 'alice', via: 'cli' } as const;

describe('a planned event', () => {
  it('is known as soon as it is announced, and no more once it is withdrawn', async () => {
    const { actions, audit, stores } = aLog();
    const reader = {
      operatorActions: () =>
        Promise.resolve(actions.map((action, seq) => ({ ...action, seq, appliedAt: null }))),
    };
    const event = await planEvent(request(), [], actor, stores, NOW);
    expect(await readEvents(reader, [], NOW)).toEqual([event]);
    expect(await readEvents(reader, [], event.endsAt)).toEqual([]);
    const rows = new Map<string, PlannedEvent>();
    const state = {
      get: (key: string) => rows.get(key),
      set: (key: string, value: PlannedEvent) => void rows.set(key, value),
      delete: (key: string) => void rows.delete(key),
      entries: () => new Map(rows),
    };
    mergeEvents(state, actions, NOW);
    expect([...rows.values()]).toEqual([event]);
    // It is let go long after it has ended, so that a replay of those days still knows of it.
    mergeEvents(state, [], event.endsAt + 31 * DAY_MS);
    expect(rows.size).toBe(0);
    await cancelEvent(event, actor, stores, NOW);
    expect(await readEvents(reader, [], NOW)).toEqual([]);
    expect(audit).toHaveLength(2);
  });

  it.each([
    [{ name: ' \u200b ' }, /needs a name/],
    [{ endsAt: NOW }, /end after it starts/],
    [{ endsAt: Number.NaN }, /end after it starts/],
    [{ endsAt: NOW + 60 * DAY_MS }, /31 days/],
    [{ startsAt: NOW - 60 * DAY_MS, endsAt: NOW - 40 * DAY_MS }, /30 days ago/],
    [{ namespaces: Array.from({ length: 51 }, String) }, /50 namespaces/],
  ])('is refused: %o', async (change, message) => {
    const { actions, stores } = aLog();
    await expect(planEvent(request(change), [], actor, stores, NOW)).rejects.toThrow(message);
    expect(actions).toEqual([]);
  });

  it('of one workload is one of its namespace, and of no other workload', () => {
    const event = { ...request({ workload: 'cart' }), id: 'x', by: 'a', at: NOW };
    const window = { start: NOW, end: NOW + 300_000 };
    const isPlanned = (namespace: string, workload: string | null, at = window) =>
      plannedIn([event], { namespace, workload }, at) !== null;
    expect(isPlanned('shop', 'cart')).toBe(true);
    expect(isPlanned('shop', null)).toBe(true);
    expect(isPlanned('shop', 'search')).toBe(false);
    expect(isPlanned('data', 'cart')).toBe(false);
    expect(isPlanned('shop', 'cart', { start: event.endsAt, end: event.endsAt + 1 })).toBe(false);
  });
});
