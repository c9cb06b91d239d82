import type { SpendOf } from '../../cost/report/readSpend.ts';
import type { Finding } from '../../model/finding.ts';
import { formatScope } from '../../model/text/format.ts';
import {
  ceilTo,
  DAY_MS,
  floorTo,
  HOUR_MS,
  monthName,
  monthStart,
  type Span,
  type TimeMs,
} from '../../model/time.ts';
import { whoseMoney } from '../whoseMoney.ts';
import { chartSpan, type FindingChart } from './findingChart.ts';

/** What a namespace's or an owner's workloads cost in each step, in units of currency, without idle and shared cost. */
export interface SpendReader {
  /** @param boundaries of the steps, rising; steps before the history began cost nothing */
  spend(whose: SpendOf, boundaries: readonly TimeMs[]): Promise<readonly number[]>;
}

/** What the chart needs to know of the installation. */
export interface SpendContext {
  readonly timezone: string;
  readonly currency: string;
}

/**
 * The chart of a finding about money: of a cost spike each hour's cost with the day before, of a budget what was spent of it
 * since the month began. Null for other findings, and where the history is too short.
 */
export async function chartOfSpend(
  finding: Finding,
  reader: SpendReader,
  { timezone, currency }: SpendContext,
): Promise<FindingChart | null> {
  const whose = whoseMoney(finding);
  if (whose === null) return null;
  const isBudget = finding.kind === 'budget';
  // At the very end of a month the next one has begun: what is seen there is still of the last.
  const month = monthStart(finding.lastSeen - 1);
  const steps = isBudget ? daysFrom(month, finding.lastSeen) : wholeHours(chartSpan(finding));
  if (steps.length < 3) return null;
  const costs = await reader.spend(whose, steps);
  let sum = 0;
  const spent = costs.map((cost) => (sum += cost));
  const name = whose.namespace ?? whose.owner;
  return {
    title: isBudget
      ? `Spent by ${name} in ${monthName(month)}, ${currency}`
      : `Cost of ${formatScope(finding)} an hour, ${currency}`,
    unit: 'money',
    times: steps.slice(1),
    values: isBudget ? spent : costs,
    windowMs: isBudget ? DAY_MS : HOUR_MS,
    request: null,
    limit: isBudget ? budgetOf(finding) : null,
    limitName: 'budget',
    usual: null,
    anomaly: { from: finding.startedAt, to: finding.lastSeen },
    timezone,
  };
}

function budgetOf({ evidence }: Finding): number | null {
  const threshold = evidence.find(({ family }) => family === 'money')?.threshold;
  return typeof threshold === 'number' ? threshold : null;
}

function daysFrom(month: TimeMs, end: TimeMs): readonly TimeMs[] {
  const days: TimeMs[] = [];
  for (let day = month; day < end; day += DAY_MS) days.push(day);
  return [...days, end];
}

function wholeHours({ from, to }: Span): readonly TimeMs[] {
  const hours: TimeMs[] = [];
  for (let hour = ceilTo(from, HOUR_MS); hour <= floorTo(to, HOUR_MS); hour += HOUR_MS)
    hours.push(hour);
  return hours;
}
