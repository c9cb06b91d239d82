import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import type { WorkloadPatch } from '../../detect/rightsize/advice/patch.ts';
import { renderPatches } from '../../detect/rightsize/advice/renderPatches.ts';
import { cpuQuantity, memoryQuantity, quantityOrNone } from '../../model/text/quantity.ts';
import { formatMoney, formatShare, plural } from '../../model/text/units.ts';
import type { AdviceAsk } from '../questions/answerAdvice.ts';
import { html, type Html } from './html.ts';
import { copyBox, moneyColumn, table, workloadLink, type Tile } from './parts.ts';

/** Recommendations of a scope, the largest savings first. */
export function adviceOf(
  scope: Pick<AdviceAsk, 'namespaces' | 'namespace'>,
  limit: number,
): AdviceAsk {
  return { ...scope, workload: null, all: false, offset: 0, limit };
}

/** What to request instead, container by container. */
export function adviceTable(advices: readonly ContainerAdvice[], currency: string): Html {
  return table('Recommended requests and limits', advices, [
    {
      title: 'Workload',
      cell: ({ namespace, workload, container }) =>
        html`${workloadLink(namespace, workload)} <small>/ ${container}</small>`,
    },
    { title: 'CPU request', cell: (one) => change(one, 'cpuRequestCores', cpuQuantity) },
    { title: 'Memory request', cell: (one) => change(one, 'ramRequestBytes', memoryQuantity) },
    {
      title: 'Limits',
      cell: (one) =>
        html`CPU ${change(one, 'cpuLimitCores', cpuQuantity)}, memory
        ${change(one, 'ramLimitBytes', memoryQuantity)}`,
    },
    moneyColumn('Saves per month', currency, ({ savingPerMonth }) => savingPerMonth),
    {
      title: 'Risk',
      isNumber: true,
      cell: ({ risk }) =>
        html`<span title="share of the time that usage would have exceeded the request: CPU, memory"
          >${formatShare(risk.cpu)} / ${formatShare(risk.ram)}</span
        >`,
    },
    {
      title: 'Confidence',
      cell: ({ behind, notes }) =>
        html`${behind.confidence} <small>${plural(Math.round(behind.days), 'day')}</small>${
            notes.length > 0 &&
            html`<ul class="plain notes">
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
          }`,
    },
  ]);
}

function change(
  { current, proposed }: ContainerAdvice,
  key: keyof ContainerAdvice['current'],
  format: (value: number) => string,
): Html | string {
  const after = proposed[key];
  const before = quantityOrNone(current[key], format);
  if (after === null || format(after) === before) return before;
  return html`<span class="old">${before}</span> → <strong>${format(after)}</strong>`;
}

/** Patches to copy, one command for each workload: nothing is applied from here. */
export function patchBox(patches: readonly WorkloadPatch[], currency: string): Html | null {
  if (patches.length === 0) return null;
  return html`<details class="patches">
    <summary>
      ${patches.length === 1 ? 'The patch' : `The ${patches.length} patches of this page`}
    </summary>
    ${copyBox('patches', renderPatches(patches, currency))}
  </details>`;
}

/** Smaller sums are shown as nothing. */
const HALF_A_CENT = 0.005;

/**
 * The cost of the requests that recommendations would free per month, on balance: raised requests are subtracted, so
 * that the sum may be negative, and is then shown as missing requests.
 */
export function freedTile(
  { savingPerMonth, total }: { readonly savingPerMonth: number; readonly total: number },
  currency: string,
): Tile {
  const isNothing = Math.abs(savingPerMonth) <= HALF_A_CENT;
  return {
    title: savingPerMonth < -HALF_A_CENT ? 'Missing requests' : 'Requests to free',
    value: isNothing ? 'none' : formatMoney(Math.abs(savingPerMonth), currency),
    sub:
      total === 0
        ? 'requests fit, or there is too little data'
        : `a month on balance, over ${plural(total, 'container')}`,
  };
}
