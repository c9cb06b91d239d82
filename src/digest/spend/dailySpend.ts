import { costNano } from '../../model/costParts.ts';
import type { CostTable } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';
import type { DailySpend } from '../../store/digests/digest.ts';
import type { Week } from '../../store/digests/week.ts';
import { idleNano } from './idleChange.ts';
import { sumRows } from './sumRows.ts';

/** Namespaces that a chart shows by name; the rest is one area. */
const NAMED = 5;
/** Keys of what is no namespace: Kubernetes allows no name of that form. */
export const OTHERS = '__others__';
export const IDLE_KEY = '__idle__';

/** What each day cost by namespace: the dearest of the week, the others, idle. */
export function dailySpend(days: readonly CostTable[], week: Week): DailySpend {
  const byDay = days.map(({ rows }) =>
    sumRows(rows, ({ namespace }) => namespace ?? '').map(
      (row) => [row.key, costNano(row)] as const,
    ),
  );
  const totals = new Map<string, Nano>();
  for (const [day, rows] of byDay.entries()) {
    if ((days[day]?.window.start ?? 0) < week.start) continue;
    for (const [key, nano] of rows) totals.set(key, (totals.get(key) ?? 0) + nano);
  }
  const named = [...totals]
    .sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))
    .slice(0, NAMED)
    .map(([key]) => key);
  const series = [...named, OTHERS, IDLE_KEY].map((key) => ({
    key,
    nano: days.map((table, day) => {
      if (key === IDLE_KEY) return idleNano(table);
      const rows = byDay[day] ?? [];
      const isOurs = (name: string): boolean =>
        key === OTHERS ? !named.includes(name) : name === key;
      return rows.reduce((sum, [name, nano]) => (isOurs(name) ? sum + nano : sum), 0);
    }),
  }));
  return {
    days: days.map(({ window }) => window.start),
    series: series.filter(({ key, nano }) => key === IDLE_KEY || nano.some((each) => each !== 0)),
  };
}
