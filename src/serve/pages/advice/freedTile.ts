import type { Tile } from '../table.ts';
import { formatMoney, plural } from '../../../model/text/units.ts';

/**
 * What recommendations free in requests a month, on balance: what needs more is taken off, so that the sum may
 * be negative, and is then said as what is missing.
 */
export function freedTile(
  { savingPerMonth, total }: { readonly savingPerMonth: number; readonly total: number },
  currency: string,
): Tile {
  const isMore = savingPerMonth < -HALF_A_CENT;
  const isNothing = Math.abs(savingPerMonth) <= HALF_A_CENT;
  return {
    title: isMore ? 'Requests that are missing' : 'Could be freed',
    value: isNothing ? 'nothing' : formatMoney(Math.abs(savingPerMonth), currency),
    sub:
      total === 0
        ? 'requests fit, or too little is known'
        : `a month on balance, in requests of ${plural(total, 'container')}`,
  };
}

const HALF_A_CENT = 0.005;
