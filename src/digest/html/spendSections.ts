import type { Amount, Digest, Spend } from '../../store/digests/digest.ts';
import { centsText, centsThatAdd } from '../text/centsThatAdd.ts';
import { changeText, keyText, whyText } from '../text/words.ts';
import { breakable, html, type Markup } from './markup.ts';
import { formatShare } from '../../model/text/units.ts';

interface Row extends Amount {
  readonly name: string;
  readonly efficiency: number | null;
}

/** Rows that are shown at once; the rest folds away. */
const SHOWN = 20;

/** Who spent what, with the week before and why it changed; adds up to the bill to the cent. */
export function spendSection(
  title: string,
  spends: readonly Spend[],
  { idle, currency }: Digest,
): Markup {
  const rows: readonly Row[] = [
    ...spends.map((spend) => ({ ...spend, name: keyText(spend.key) })),
    { ...idle, name: 'idle', efficiency: null },
  ];
  const cents = centsThatAdd(rows.map(({ nano }) => nano));
  const hasBefore = idle.beforeNano !== null;
  const before = centsThatAdd(rows.map(({ beforeNano }) => beforeNano ?? 0));
  const largest = Math.max(1, ...rows.flatMap((row) => [row.nano, row.beforeNano ?? 0]));
  const total: Amount = {
    nano: rows.reduce((sum, { nano }) => sum + nano, 0),
    beforeNano: hasBefore ? rows.reduce((sum, row) => sum + (row.beforeNano ?? 0), 0) : null,
    reasons: [],
  };
  const head = html`<tr>
    <th>${title.slice(0, -1)}</th>
    <th class="number">This week</th>
    <th class="number was">Last week</th>
    <th class="number">Change</th>
    <th class="number used">Used</th>
    <th class="because">Why</th>
  </tr>`;
  const line = (row: Row, index: number): Markup =>
    html`<tr>
      <th scope="row">${row.name}${bars(row, largest)}</th>
      <td class="number">${centsText(cents[index] ?? 0)}</td>
      <td class="number was">${hasBefore ? centsText(before[index] ?? 0) : '–'}</td>
      <td class="number ${directionOf(row)}">${changeText(row, currency)}</td>
      <td class="number used">${row.efficiency === null ? '' : formatShare(row.efficiency)}</td>
      <td class="because">
        ${breakable(whyText(row.reasons, currency, { count: 2, within: row.name }))}
      </td>
    </tr>`;
  const lines = rows.map(line);
  const folded = rows.length > SHOWN + 2 ? lines.slice(SHOWN, -1) : [];
  const open = folded.length === 0 ? lines : [...lines.slice(0, SHOWN), ...lines.slice(-1)];
  return html`<section>
    <h2>${title}</h2>
    <table>
      <thead>
        ${head}
      </thead>
      <tbody>
        ${open}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">
            Total${folded.length > 0 && html`<small>with ${folded.length} below</small>`}
          </th>
          <td class="number">${centsText(cents.at(-1) ?? 0)}</td>
          <td class="number was">${hasBefore ? centsText(before.at(-1) ?? 0) : '–'}</td>
          <td class="number ${directionOf(total)}">${changeText(total, currency)}</td>
          <td class="number used"></td>
          <td class="because"></td>
        </tr>
      </tfoot>
    </table>
    ${
      folded.length > 0 &&
      html`<details>
        <summary>${folded.length} more</summary>
        <table>
          <thead>
            ${head}
          </thead>
          <tbody>
            ${folded}
          </tbody>
        </table>
      </details>`
    }
  </section>`;
}

function directionOf({ nano, beforeNano }: Amount): string {
  if (beforeNano === null || nano === beforeNano) return '';
  return nano > beforeNano ? 'up' : 'down';
}

function bars({ nano, beforeNano }: Row, largest: number): Markup {
  const width = (value: number): string => ((100 * Math.max(0, value)) / largest).toFixed(2);
  return html`<svg viewBox="0 0 100 9" preserveAspectRatio="none" aria-hidden="true">
    <rect class="now" x="0" y="0" width="${width(nano)}" height="5" />
    ${
      beforeNano !== null &&
      html`<rect class="then" x="0" y="6" width="${width(beforeNano)}" height="3" />`
    }
  </svg>`;
}
