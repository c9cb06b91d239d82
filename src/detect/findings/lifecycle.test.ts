import { describe, expect, it } from 'vitest';
import type { Finding, OperatorAction, Verdict } from '../../model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import { advanceFindings, type LifecycleInput, type LifecycleResult } from './lifecycle.ts';

const T0 = Date.UTC(2026, 10, 24);
const WINDOW = 5 * MINUTE_MS;

function verdict(change: Partial<Verdict> = {}): Verdict {
  return {
    kind: 'cryptojacking',
    rule: 'sustained-cpu',
    scope: {
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
      container: 'app',
      subject: null,
    },
    status: 'firing',
    severity: 'warning',
    score: 60,
    startedAt: T0 - HOUR_MS,
    summary: 'busy',
    evidence: [],
    next: [],
    pods: ['web-1'],
    costBeforeNano: 100,
    costPerMonth: null,
    ...change,
  };
}

/** Runs windows one after the other, five minutes each, and keeps the findings between them. */
function story() {
  const findings = new Map<string, Finding>();
  let end = T0;
  return {
    findings,
    open: () => [...findings.values()].find(({ state }) => state !== 'resolved'),
    step(verdicts: readonly Verdict[], change: Partial<LifecycleInput> = {}): LifecycleResult {
      end += WINDOW;
      const result = advanceFindings({
        cluster: 'prod',
        window: { start: end - WINDOW, end },
        findings,
        verdicts,
        actions: [],
        absenceProves: true,
        isPresent: () => true,
        costOf: () => 10,
        ownerOf: () => 'team-shop',
        ...change,
      });
      for (const [print, finding] of result.changed) {
        if (finding === null) findings.delete(print);
        else findings.set(print, finding);
      }
      return result;
    },
    skip(ms: number): void {
      end += ms;
    },
  };
}

function action(findingId: string, kind: OperatorAction['action'], until: number | null = null) {
  return {
    findingId,
    action: kind,
    decision: { by: 'ann', at: T0, reason: 'known load test', until },
  } satisfies OperatorAction;
}

describe('the life of a finding', () => {
  it('opens once, with its onset, owner and cost so far', () => {
    const { step, open } = story();
    expect(step([verdict()]).events.map(({ type }) => type)).toEqual(['opened']);
    expect(step([verdict()]).events).toEqual([]);
    expect(open()).toMatchObject({
      state: 'open',
      owner: 'team-shop',
      startedAt: T0 - HOUR_MS,
      firstSeen: T0 + WINDOW,
      lastSeen: T0 + 2 * WINDOW,
      costSoFarNano: 120,
    });
  });

  it('goes on costing in windows in which nobody judged it', () => {
    const { step, open } = story();
    step([verdict()]);
    step([]);
    expect(open()?.costSoFarNano).toBe(120);
  });

  it('names a change of severity worse or better', () => {
    const { step } = story();
    step([verdict()]);
    expect(step([verdict({ severity: 'critical' })]).events[0]?.type).toBe('worse');
    expect(step([verdict({ severity: 'info' })]).events[0]?.type).toBe('better');
  });

  it('is never resolved by unknown, only by clear', () => {
    const { step, open } = story();
    step([verdict()]);
    step([verdict({ status: 'unknown' })]);
    step([]);
    expect(open()?.state).toBe('open');
    expect(step([verdict({ status: 'clear' })]).events[0]?.type).toBe('closed');
    expect(open()).toBeUndefined();
  });

  it('is not resolved by absence while absence proves nothing', () => {
    const { step, skip, open } = story();
    step([verdict()]);
    skip(HOUR_MS);
    step([], { isPresent: () => false, absenceProves: false });
    expect(open()?.state).toBe('open');
  });

  it('is resolved half an hour after its workload is gone from healthy sources', () => {
    const { step, skip, open } = story();
    step([verdict()]);
    step([], { isPresent: () => false });
    expect(open()?.state).toBe('open');
    skip(30 * MINUTE_MS);
    const { events } = step([], { isPresent: () => false });
    expect(events).toMatchObject([{ type: 'closed', reason: 'The workload is gone' }]);
  });

  it('is not resolved by a short absence long after the last verdict', () => {
    const { step, skip, open } = story();
    step([verdict()]);
    skip(3 * HOUR_MS);
    step([]);
    step([], { isPresent: () => false });
    expect(open()?.state).toBe('open');
    skip(30 * MINUTE_MS);
    step([], { isPresent: () => false });
    expect(open()).toBeUndefined();
  });

  it('reopens under its old id within a day, and is a new finding later', () => {
    const { step, skip, findings } = story();
    step([verdict()]);
    const [first] = [...findings.values()];
    step([verdict({ status: 'clear' })]);
    expect(step([verdict()]).events).toMatchObject([
      { type: 'reopened', finding: { id: first?.id } },
    ]);
    step([verdict({ status: 'clear' })]);
    skip(25 * HOUR_MS);
    const later = step([verdict()]).events[0];
    expect(later?.type).toBe('opened');
    expect(later?.finding.id).not.toBe(first?.id);
  });

  it('forgets resolved findings after a day', () => {
    const { step, skip, findings } = story();
    step([verdict()]);
    step([verdict({ status: 'clear' })]);
    skip(25 * HOUR_MS);
    step([]);
    expect(findings.size).toBe(0);
  });

  it('merges an acknowledgement, and keeps it while the finding fires', () => {
    const { step, open } = story();
    step([verdict()]);
    const id = open()?.id ?? '';
    const { events } = step([verdict()], { actions: [action(id, 'acknowledge')] });
    expect(events).toMatchObject([{ type: 'acknowledged', reason: 'ann: known load test' }]);
    step([verdict()]);
    expect(open()).toMatchObject({ state: 'acknowledged', decision: { by: 'ann' } });
  });

  it('opens again when an acceptance is due for review', () => {
    const { step, skip, open } = story();
    step([verdict()]);
    const id = open()?.id ?? '';
    step([verdict()], { actions: [action(id, 'accept', T0 + HOUR_MS)] });
    expect(open()?.state).toBe('accepted');
    skip(HOUR_MS);
    const { events } = step([verdict()]);
    expect(events).toMatchObject([{ type: 'reopened', reason: 'Its review is due' }]);
    expect(open()?.state).toBe('open');
  });

  it('keeps two containers of one workload apart', () => {
    const { step, findings } = story();
    const other = verdict({ scope: { ...verdict().scope, container: 'sidecar' } });
    step([verdict(), other]);
    expect(findings.size).toBe(2);
  });
});
