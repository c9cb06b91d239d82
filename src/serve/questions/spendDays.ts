import { readSpendDays } from '../../cost/budgets/readBudgets.ts';
import { costNano, nodeNano } from '../../model/costParts.ts';
import type { CostTable } from '../../store/costTable.ts';
import { fromNano } from '../../model/money.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { AnswerContext } from './answerContext.ts';

/** Spend by UTC day, the last one so far; money in the configured currency. */
export interface SpendDays {
  readonly starts: readonly TimeMs[];
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Days that a chart of spend shows. */
const SHOWN_DAYS = 30;

/**
 * Costs by namespace for every day of the last eight weeks on the configured basis, for everybody. Days that are past are read once
 * an hour (a late correction and a bill show then), yesterday and today once a window.
 */
export function spendTables(context: AnswerContext): Promise<readonly CostTable[]> {
  const { reader, perWindow, perHour } = context;
  const { pricing } = context.config();
  return perWindow(`spend days ${pricing.basis}`, async () => {
    const past = await perHour(`past days ${pricing.basis}`, () =>
      readSpendDays(reader, pricing, null, 'past'),
    );
    return [...past, ...(await readSpendDays(reader, pricing, null, 'recent'))];
  });
}

/** Lines by key, the dearest first. */
export function spendDays(
  tables: readonly CostTable[],
  keyOf: (row: CostTable['rows'][number]) => string | null,
  most = SHOWN_DAYS,
): SpendDays {
  const shown = tables.slice(-most);
  const lines = new Map<string, number[]>();
  shown.forEach(({ rows }, day) => {
    for (const row of rows) {
      const key = keyOf(row);
      if (key === null) continue;
      let values = lines.get(key);
      if (values === undefined) lines.set(key, (values = shown.map(() => 0)));
      values[day] = (values[day] ?? 0) + fromNano(costNano(row));
    }
  });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    starts: shown.map(({ window }) => window.start),
    lines: [...lines]
      .map(([name, values]) => ({ name, values }))
      .sort((a, b) => sum(b.values) - sum(a.values) || (a.name < b.name ? -1 : 1)),
  };
}

/** What nobody was allocated, by day. */
export function idleDays(tables: readonly CostTable[]): readonly number[] {
  return tables.slice(-SHOWN_DAYS).map(({ idle }) => fromNano(nodeNano(idle)));
}

/** Change of the last seven whole days against the seven before, as a share, by namespace. */
export function weeklyTrends(tables: readonly CostTable[]): Readonly<Record<string, number>> {
  const whole = tables.filter(({ window }) => window.end - window.start === DAY_MS);
  if (whole.length < 14) return {};
  const last = sums(whole.slice(-7));
  const before = sums(whole.slice(-14, -7));
  return Object.fromEntries(
    [...last].flatMap(([namespace, nano]) => {
      const earlier = before.get(namespace) ?? 0;
      return earlier > 0 ? [[namespace, nano / earlier - 1]] : [];
    }),
  );
}

function sums(tables: readonly CostTable[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { rows } of tables)
    for (const row of rows) {
      const key = row.namespace ?? '';
      found.set(key, (found.get(key) ?? 0) + costNano(row));
    }
  return found;
}
