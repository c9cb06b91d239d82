import { centsText, centsThatAdd } from '../../../digest/text/centsThatAdd.ts';
import { changeText, keyText, whyText } from '../../../digest/text/words.ts';
import { formatShare } from '../../../model/text/units.ts';
import type { Amount, Digest, Spend } from '../../../store/digests/digest.ts';
import { html, type Html } from '../html.ts';
import { card, table, type Column } from '../parts.ts';

interface Row extends Amount {
  readonly name: string;
  readonly efficiency: number | null;
  readonly cents: number;
  readonly centsBefore: number;
}

/** Rows that are shown at once; the rest folds away. */
const SHOWN = 20;

/** Who spent what, with the week before and why it changed; adds up to the bill to the cent. */
export function spendSection(
  title: string,
  rowTitle: string,
  spends: readonly Spend[],
  { idle, currency }: Digest,
): Html {
  const named = [
    ...spends.map((spend) => ({ ...spend, name: keyText(spend.key) })),
    { ...idle, name: 'idle', efficiency: null },
  ];
  const cents = centsThatAdd(named.map(({ nano }) => nano));
  const before = centsThatAdd(named.map(({ beforeNano }) => beforeNano ?? 0));
  const rows = named.map((row, index) => ({
    ...row,
    cents: cents[index] ?? 0,
    centsBefore: before[index] ?? 0,
  }));
  const hasBefore = idle.beforeNano !== null;
  const beforeText = (amount: number) => (hasBefore ? centsText(amount) : '–');
  const largest = Math.max(1, ...rows.flatMap((row) => [row.nano, row.beforeNano ?? 0]));
  const columns: readonly Column<Row>[] = [
    { title: rowTitle, cell: (row) => html`<strong>${row.name}</strong>${bars(row, largest)}` },
    { title: 'This week', isNumber: true, cell: (row) => centsText(row.cents) },
    {
      title: 'Last week',
      isNumber: true,
      isExtra: true,
      cell: (row) => beforeText(row.centsBefore),
    },
    { title: 'Change', isNumber: true, cell: (row) => changeOf(row, currency) },
    {
      title: 'Used',
      isNumber: true,
      isExtra: true,
      cell: ({ efficiency }) => (efficiency === null ? '' : formatShare(efficiency)),
    },
    {
      title: 'Why',
      cell: ({ reasons, name }) => whyText(reasons, currency, { count: 2, within: name }),
    },
  ];
  const folded = rows.length > SHOWN + 2 ? rows.slice(SHOWN, -1) : [];
  const open = rows.filter((row) => !folded.includes(row));
  const total: Amount = {
    nano: rows.reduce((sum, { nano }) => sum + nano, 0),
    beforeNano: hasBefore ? rows.reduce((sum, row) => sum + (row.beforeNano ?? 0), 0) : null,
    reasons: [],
  };
  const foot = [
    `Total${folded.length > 0 ? `, with ${folded.length} below` : ''}`,
    centsText(cents.at(-1) ?? 0),
    beforeText(before.at(-1) ?? 0),
    changeOf(total, currency),
    '',
    '',
  ];
  return card(
    title,
    html`${table(title, open, columns, { foot })}
    ${
      folded.length > 0 &&
      html`<details>
        <summary>${folded.length} more</summary>
        ${table(`${title}, the rest`, folded, columns)}
      </details>`
    }`,
    { kind: 'spend' },
  );
}

function changeOf(amount: Amount, currency: string): Html | '' {
  const { nano, beforeNano } = amount;
  if (beforeNano === null) return '';
  const kind = nano === beforeNano ? '' : nano > beforeNano ? 'up' : 'down';
  return html`<span class="${kind}">${changeText(amount, currency)}</span>`;
}

/** This week as a bar, the week before as a thinner one below it. */
function bars({ nano, beforeNano }: Row, largest: number): Html {
  const width = (value: number) => `${((100 * Math.max(0, value)) / largest).toFixed(2)}%`;
  return html`<svg class="bars" width="100%" height="9" aria-hidden="true">
    <rect class="stack s1" width="${width(nano)}" height="5" />
    ${
      beforeNano !== null &&
      html`<rect class="stack before" y="6" width="${width(beforeNano)}" height="3" />`
    }
  </svg>`;
}
