import type { Amount, Spend } from '../../store/digests/digest.ts';
import { centsThatAdd } from './centsThatAdd.ts';
import { IDLE_KEY } from '../spend/dailySpend.ts';
import { keyText } from './words.ts';

/** A row of a table of spends, with what is printed of it: cents that add up to those of the last row. */
export interface SpendRow extends Amount {
  readonly name: string;
  readonly efficiency: number | null;
  readonly cents: number;
  /** Null where there is nothing to compare with. */
  readonly centsBefore: number | null;
}

/** Spends by name, those beyond `most` as one row, then idle, then the total. */
export function spendRows(
  spends: readonly Spend[],
  idle: Amount | null,
  most = Infinity,
): readonly SpendRow[] {
  const rest = spends.slice(most);
  const rows = [
    ...spends.slice(0, most).map((spend) => ({ ...spend, name: keyText(spend.key) })),
    ...(rest.length === 0 ? [] : [sumOf(rest, `${rest.length} others`)]),
    ...(idle === null ? [] : [{ ...idle, name: keyText(IDLE_KEY), efficiency: null }]),
  ];
  const total = sumOf(rows, 'TOTAL');
  const cents = centsThatAdd(rows.map(({ nano }) => nano));
  const before = centsThatAdd(rows.map(({ beforeNano }) => beforeNano ?? 0));
  return [...rows, total].map(({ nano, beforeNano, reasons, name, efficiency }, index) => ({
    nano,
    beforeNano,
    reasons,
    name,
    efficiency,
    cents: cents[index] ?? 0,
    centsBefore: total.beforeNano === null ? null : (before[index] ?? 0),
  }));
}

function sumOf(amounts: readonly Amount[], name: string) {
  const hasBefore = amounts.some(({ beforeNano }) => beforeNano !== null);
  return {
    name,
    nano: amounts.reduce((sum, { nano }) => sum + nano, 0),
    beforeNano: hasBefore
      ? amounts.reduce((sum, { beforeNano }) => sum + (beforeNano ?? 0), 0)
      : null,
    reasons: [],
    efficiency: null,
  };
}
