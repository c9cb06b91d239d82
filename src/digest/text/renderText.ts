import { alignColumns } from '../../model/text/table.ts';
import { printable } from '../../model/text/escape.ts';
import type { Amount, Digest, Saving, Spend } from '../../store/digests/digest.ts';
import { centsText } from './centsThatAdd.ts';
import {
  abuseText,
  caveats,
  dataText,
  efficiencyText,
  findingText,
  forecastName,
  forecastText,
  gapText,
  headlineText,
  ownerTexts,
  postureText,
  priceTexts,
  savingName,
  savingsText,
} from './sentences.ts';
import { changeText, weekText, whyText } from './words.ts';
import { formatMoney, formatShare } from '../../model/text/units.ts';
import { spendRows } from './spendRows.ts';

/** Namespaces and owners that are printed by name; the rest is one line. */
const LISTED = 25;

/** A digest for a terminal; ends with a newline. Nothing from the cluster reaches the terminal as a control code. */
export function renderText(digest: Digest): string {
  const { currency, timezone, total, idle, coverage } = digest;
  const why = whyText(total.reasons, currency, { count: 5 });
  const prices = priceTexts(digest);
  const owners = ownerTexts(digest);
  const lines = [
    `Burnwatch, ${digest.cluster}, week ${digest.week.name} (${weekText(digest)})`,
    '',
    `${headlineText(digest)}.`,
    ...(why === '' ? [] : [`Why: ${why}.`]),
    ...caveats(digest).map((text) => `Note: ${text}`),
    '',
    ...(digest.clusters === undefined
      ? []
      : [...spendTable('CLUSTER', digest.clusters, null, currency), '']),
    ...spendTable('NAMESPACE', digest.namespaces, idle, currency),
    '',
    ...spendTable('OWNER', digest.owners, idle, currency),
    '',
    'FORECAST',
    ...digest.forecast.map(
      (line) =>
        `  ${forecastName(line, digest.clusters ? 'all clusters' : 'cluster')}, ${forecastText(line, currency)}`,
    ),
    '',
    'SAVINGS',
    `  ${savingsText(digest.savings, currency)}.`,
    ...digest.savings.top.flatMap((saving, index) => savingLines(saving, index, currency)),
    '',
    `EFFICIENCY  ${efficiencyText(digest.efficiency)}.`,
    `  ${knownWeeks(digest.efficiency.weeks)}`,
    `ABUSE       ${abuseText(digest.abuse, currency)}.`,
    `POSTURE     ${postureText(digest.posture)}.`,
    ...digest.findings.map((count) => `FINDINGS    ${findingText(count)}.`),
    `DATA        ${dataText(digest)}.`,
    ...coverage.gaps.map((gap) => `  ${gapText(gap, timezone)}`),
    ...owners.map((text) => `OWNERS      ${text}.`),
    ...prices.map((text) => `PRICES      ${text}.`),
    '',
    `In ${currency}, ${BASIS[digest.priceBasis]}.`,
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

export const BASIS: Readonly<Record<Digest['priceBasis'], string>> = {
  list: 'estimated at list prices',
  contracted: 'estimated at contracted prices',
  effective: 'scaled to the imported bill where there is one',
};

/** The trend, from the first week of which something is known. */
function knownWeeks(weeks: Digest['efficiency']['weeks']): string {
  const first = weeks.findIndex(({ efficiency }) => efficiency !== null);
  return weeks
    .slice(first < 0 ? -1 : first)
    .map(({ name, efficiency }) => `${name.slice(5)} ${formatShare(efficiency)}`)
    .join('  ');
}

function spendTable(
  title: string,
  spends: readonly Spend[],
  idle: Amount | null,
  currency: string,
): readonly string[] {
  const head = [title, 'THIS WEEK', 'LAST WEEK', 'CHANGE', 'EFFICIENCY', 'WHY'];
  const body = spendRows(spends, idle, LISTED).map((row) => [
    printable(row.name),
    centsText(row.cents),
    row.centsBefore === null ? '-' : centsText(row.centsBefore),
    changeText(row, currency),
    row.efficiency === null ? '' : formatShare(row.efficiency),
    printable(whyText(row.reasons, currency, { count: 2, names: 1, within: row.name })),
  ]);
  return alignColumns([head, ...body], (column) => column > 0 && column < 5).split('\n');
}

function savingLines(saving: Saving, index: number, currency: string): readonly string[] {
  const { owner, perMonth, changes, confidence, notes, patch } = saving;
  const name = savingName(saving);
  const whose = owner === null ? '' : `, ${owner}`;
  return [
    `  ${index + 1}. ${name}${whose}: ${formatMoney(perMonth, currency)} a month, ${confidence} confidence`,
    ...changes.map((change) => `     ${change}`),
    ...notes.map((note) => `     (${note})`),
    ...patch.split('\n').map((line) => `     ${line}`),
  ];
}
