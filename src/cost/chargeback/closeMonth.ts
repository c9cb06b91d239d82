import { formatTime, monthName, nextMonth, type TimeMs } from '../../model/time.ts';
import type { BillStore } from '../../store/bills.ts';
import { chargedMonth, freezeMonth, type MonthReport, type MonthSource } from './monthReport.ts';

/** A month that cannot be closed; the message says why. */
export class NotOver extends Error {
  override readonly name = 'NotOver';
}

/**
 * Closes a month that is over, unless it is closed already, and gives what is charged for it.
 * @throws NotOver while it lasts, or while its last windows are not sealed.
 */
export async function closeMonth(
  source: MonthSource & { readonly bills: Pick<BillStore, 'closeMonths'> },
  month: TimeMs,
  now: TimeMs,
): Promise<MonthReport> {
  if ((await source.bills.frozenMonth(month)) === null) {
    const { watermark } = await source.reader.status();
    const end = nextMonth(month);
    const name = monthName(month);
    if (now < end)
      throw new NotOver(`${name} is not over: it can be closed from ${formatTime(end)} on`);
    if ((watermark ?? 0) < end)
      throw new NotOver(
        `${name} cannot be closed: its windows are sealed up to ${watermark === null ? 'none' : formatTime(watermark)}`,
      );
    await source.bills.closeMonths([await freezeMonth(source, month)], now);
  }
  return chargedMonth(source, month);
}
