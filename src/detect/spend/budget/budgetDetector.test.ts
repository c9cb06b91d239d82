import { describe, expect, it } from 'vitest';
import { aContainer, aPod } from '../../../../test/support/cost.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../model/time.ts';
import { DetectorRun } from '../../../../test/support/detect.ts';
import type { Budget } from '../../../cost/config.ts';
import { budgetDetector } from './budgetDetector.ts';
import type { BudgetState } from '../../../cost/budgets/budgetState.ts';

const NOVEMBER = Date.UTC(2026, 10, 1);

/** Hours from `from` to `to` (days of November, counted from zero) at so much a day. */
function spend(
  run: DetectorRun<BudgetState>,
  from: number,
  to: number,
  perDay: number,
  namespace = 'shop',
): void {
  for (let hour = from * 24; hour < to * 24; hour++) {
    const start = NOVEMBER + hour * HOUR_MS;
    run.window(start, start + HOUR_MS, { [namespace]: perDay / 24 });
  }
}

function shop(monthly: number, start = NOVEMBER): DetectorRun<BudgetState> {
  return new DetectorRun(budgetDetector, {
    historyStart: start,
    config: { budgets: [{ namespace: 'shop', monthly }] },
  });
}

function rules(run: DetectorRun<BudgetState>): readonly string[] {
  return run.opened.map(({ verdict }) => `${verdict.rule} ${verdict.scope.subject}`);
}

describe('budgets', () => {
  it('say nothing while the forecast is well within', () => {
    const run = shop(1_000);
    spend(run, 0, 30, 25); // 750 in the month
    expect(run.opened).toEqual([]);
  });

  it('warn at 80% forecast, 100% forecast and 100% spent, once each', () => {
    const run = shop(1_000);
    spend(run, 0, 10, 28); // on the way to 840
    expect(rules(run)).toEqual(['forecast-near-budget 2026-11']);
    expect(run.opened[0]?.at).toBe(NOVEMBER + 3 * DAY_MS + HOUR_MS);
    spend(run, 10, 20, 45); // 280 + 450, and some 450 to come
    expect(rules(run).slice(1)).toEqual(['forecast-over-budget 2026-11']);
    spend(run, 20, 30, 45);
    expect(rules(run).slice(2)).toEqual(['spent-over-budget 2026-11']);
    expect(run.closed).toEqual([]);
    const { verdict } = run.opened[2] ?? {};
    expect(verdict).toMatchObject({ kind: 'budget', severity: 'warning' });
    expect(verdict?.scope).toMatchObject({ namespace: 'shop', subject: '2026-11' });
    expect(verdict?.summary).toMatch(
      /^Namespace shop has spent \$1,000 in 2026-11, 100% of its budget of \$1,000; the forecast for the month's end is \$1,1\d\d \(80% interval /,
    );
  });

  it('are spent at once, and forecasts are no news after that', () => {
    const run = shop(1_000);
    const spendWindow = (minute: number, cost: number): void => {
      const start = NOVEMBER + minute * MINUTE_MS;
      run.window(start, start + 5 * MINUTE_MS, { shop: cost });
    };
    for (let minute = 0; minute < 20; minute += 5) spendWindow(minute, 240);
    expect(run.opened).toEqual([]);
    for (let minute = 20; minute < 4 * 24 * 60; minute += 5) spendWindow(minute, 50);
    expect(run.opened.map(({ at, verdict }) => [verdict.rule, at])).toEqual([
      ['spent-over-budget', NOVEMBER + 25 * MINUTE_MS],
    ]);
    expect(run.closed).toEqual([]);
  });

  it('close with the month, and begin anew', () => {
    const run = shop(500);
    spend(run, 0, 30, 28);
    expect(run.opened).toHaveLength(3);
    spend(run, 30, 31, 28);
    expect(run.closed.map(({ verdict }) => verdict.summary)).toEqual([
      'The month is over',
      'The month is over',
      'The month is over',
    ]);
    expect(rules(run).slice(3)).toEqual([
      'forecast-near-budget 2026-12',
      'forecast-over-budget 2026-12',
    ]);
  });

  it('close when the forecast falls, and do not come back that month', () => {
    const run = shop(1_000);
    spend(run, 0, 6, 31);
    expect(rules(run)).toEqual(['forecast-near-budget 2026-11']);
    spend(run, 6, 16, 10);
    expect(run.closed.map(({ verdict }) => verdict.rule)).toEqual(['forecast-near-budget']);
    spend(run, 16, 22, 60);
    expect(rules(run).filter((rule) => rule.startsWith('forecast-near'))).toHaveLength(1);
  });

  it('put in for the part of the month before the history began, and say so', () => {
    const start = NOVEMBER + 14 * DAY_MS;
    const run = shop(1_200, start);
    spend(run, 14, 20, 50); // 50 a day is 1500 in a month, though only 300 were seen
    expect(rules(run)).toEqual(['forecast-near-budget 2026-11', 'forecast-over-budget 2026-11']);
    const evidence = run.opened[1]?.verdict.evidence.find(({ signal }) => signal === 'forecast');
    expect(evidence?.value).toBeCloseTo(1_500, 6);
    expect(evidence?.text).toContain('$700 estimated for days before the history began');
  });

  it('count an owner’s pods wherever they run', () => {
    const run = new DetectorRun(budgetDetector, {
      historyStart: NOVEMBER,
      config: { budgets: [{ owner: 'team-a', monthly: 10 }] },
      ownerOf: ({ namespace }) => (namespace === 'other' ? 'team-b' : 'team-a'),
    });
    for (let hour = 0; hour < 24; hour++) {
      const start = NOVEMBER + hour * HOUR_MS;
      const pods = [aPod({ name: 'a', containers: [aContainer()] })];
      run.window(start, start + HOUR_MS, { shop: 0.3, data: 0.2, other: 5 }, { pods });
    }
    expect(run.opened.map(({ at, verdict }) => [verdict.rule, verdict.scope.subject, at])).toEqual([
      ['spent-over-budget', 'team-a 2026-11', NOVEMBER + 20 * HOUR_MS],
    ]);
  });

  it('over all clusters count what the others spent, and wait where that is not known', () => {
    const run = new DetectorRun(budgetDetector, { historyStart: NOVEMBER });
    const all: Budget = { namespace: 'shop', monthly: 1_000, across: true };
    run.config.budgets.push(all);
    const hour = (index: number, elsewhere: object) => {
      const start = NOVEMBER + index * HOUR_MS;
      run.window(start, start + HOUR_MS, { shop: 1 }, elsewhere);
    };
    const others = (spent: number) => ({
      spentElsewhere: { 'across/namespace/shop': { month: '2026-11', spent, forecast: null } },
    });
    hour(0, others(500));
    hour(1, {});
    expect(run.opened).toEqual([]);
    hour(2, others(997));
    expect(run.opened.map(({ verdict }) => [verdict.rule, verdict.scope.subject])).toEqual([
      ['spent-over-budget', '2026-11, all clusters'],
    ]);
    expect(run.opened[0]?.verdict.summary).toMatch(
      /^Namespace shop in all clusters has spent \$1,000 in 2026-11, 100% of its budget/,
    );
    run.config.budgets.length = 0;
    hour(3, {});
    expect(run.closed.map(({ verdict }) => verdict.summary)).toEqual(['The budget was taken away']);
  });

  it('are closed when they are taken away', () => {
    const run = shop(10);
    spend(run, 0, 1, 28);
    expect(rules(run)).toEqual(['spent-over-budget 2026-11']);
    run.config.budgets.length = 0;
    spend(run, 1, 2, 28);
    expect(run.closed.map(({ verdict }) => verdict.summary)).toEqual(['The budget was taken away']);
    expect(run.rows.size).toBe(0);
  });
});
