import { byTeam, renderLines, type ExportFormat } from '../cost/chargeback/renderExport.ts';
import { teamFile } from '../cost/chargeback/writeExport.ts';
import type { ChargeLine, MonthReport } from '../cost/chargeback/monthReport.ts';
import type { Nano } from '../model/money.ts';
import type { TimeMs } from '../model/time.ts';
import { formatNano, formatShare, plural } from '../model/text/units.ts';
import type { Delivery } from '../store/notifications/delivery.ts';
import { receiverKey, type Receiver } from '../store/notifications/receiver.ts';
import { hashId } from './plan/deliveryId.ts';

/** Who gets a closed month by mail. */
export interface MonthReceivers {
  /** These get all lines. */
  readonly all: readonly Receiver[];
  /** An owner's lines go here; null: they are sent to none. */
  ownerOf(owner: string): Receiver | null;
}

/** They wait for everything else, as digests do. */
const PRIORITY = -10;

/** Namespaces that a mail lists, the most expensive first. */
const LISTED = 8;

/**
 * A closed month as messages with a file: all lines to some, its own to each owner. The same month, receiver and form give the
 * same ids, so that they can be queued again.
 */
export function monthMails(
  report: MonthReport,
  { all, ownerOf }: MonthReceivers,
  format: ExportFormat,
  now: TimeMs,
): readonly Delivery[] {
  const make = (
    receiver: Receiver,
    team: string | null,
    lines: readonly ChargeLine[],
  ): Delivery => ({
    id: hashId([receiverKey(receiver), 'month', report.cluster, report.month, team, format]),
    receiver,
    conversation: `month/${report.cluster}/${report.month}/${team ?? ''}`,
    priority: PRIORITY,
    notice: {
      kind: 'note',
      audience: team === null ? 'platform' : 'owner',
      title: `Costs of ${report.month} in ${report.cluster}: ${team ?? 'all teams'}, ${moneyOf(lines, report)}`,
      lines: summaryOf(report, lines),
      attachment: {
        filename: teamFile(report.month, team),
        contentType: 'text/csv',
        text: renderLines(report, lines, format),
      },
    },
    createdAt: now,
  });
  const owners = [...byTeam(report, 'owner')].flatMap(([owner, lines]): readonly Delivery[] => {
    const receiver = lines[0]?.owner === owner ? ownerOf(owner) : null;
    return receiver === null ? [] : [make(receiver, owner, lines)];
  });
  return [...all.map((receiver) => make(receiver, null, report.lines)), ...owners];
}

function summaryOf(report: MonthReport, lines: readonly ChargeLine[]): readonly string[] {
  const corrections = lines.filter(({ kind }) => kind === 'correction');
  const places = [...Map.groupBy(lines, ({ namespace }) => namespace ?? 'idle and other costs')]
    .map(([name, own]) => ({ name, own, nano: sumOf(own) }))
    .toSorted((a, b) => b.nano - a.nano);
  return [
    ...places.slice(0, LISTED).map(({ name, own }) => `${name}: ${moneyOf(own, report)}`),
    ...(places.length > LISTED ? [`and ${places.length - LISTED} more`] : []),
    `The month is closed: these figures are final (basis ${report.basis}, ${formatShare(report.coverage)} of the data seen).`,
    ...(corrections.length === 0
      ? []
      : [`${moneyOf(corrections, report)} of it corrects earlier months by later bills.`]),
    `The attached file has each of the ${plural(lines.length, 'line')}.`,
  ];
}

function moneyOf(lines: readonly ChargeLine[], { currency }: MonthReport): string {
  return formatNano(sumOf(lines), currency);
}

function sumOf(lines: readonly ChargeLine[]): Nano {
  return lines.reduce((sum, { nano }) => sum + nano, 0);
}
