import { html } from 'hono/html';
import type { ContainerAdvice } from '../../../detect/rightsize/advice/adviceForm.ts';
import type { WorkloadPatch } from '../../../detect/rightsize/advice/patch.ts';
import { renderPatches } from '../../../detect/rightsize/advice/renderPatches.ts';
import { workloadLink } from '../links.ts';
import { table } from '../table.ts';
import { fromCluster, type Html } from '../text.ts';
import { memoryQuantity, cpuQuantity, quantityOrNone } from '../../../model/text/quantity.ts';
import { formatMoney, formatShare, plural } from '../../../model/text/units.ts';

/** What to request instead, container by container. */
export function adviceTable(advices: readonly ContainerAdvice[], currency: string): Html {
  return table('What to request instead', advices, [
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
    {
      title: 'Saves a month',
      isNumber: true,
      cell: ({ savingPerMonth }) =>
        savingPerMonth === null ? 'unknown' : formatMoney(savingPerMonth, currency),
    },
    {
      title: 'Would have been exceeded',
      isNumber: true,
      cell: ({ risk }) =>
        html`<span title="share of the time: CPU, memory"
          >${formatShare(risk.cpu)} / ${formatShare(risk.ram)}</span
        >`,
    },
    {
      title: 'Confidence',
      cell: ({ behind, notes }) =>
        html`${behind.confidence} <small>${plural(Math.round(behind.days), 'day')}</small>${
            notes.length === 0
              ? ''
              : html`<ul class="plain notes">
                  ${notes.map((note) => html`<li>${fromCluster(note)}</li>`)}
                </ul>`
          }`,
    },
  ]);
}

function change(
  { current, proposed }: ContainerAdvice,
  key: keyof ContainerAdvice['current'],
  format: (value: number) => string,
): Html {
  const before = current[key];
  const after = proposed[key];
  const text = quantityOrNone(before, format);
  if (after === null || format(after) === text) return html`${text}`;
  return html`<span class="old">${text}</span> → <strong>${format(after)}</strong>`;
}

/** Patches to copy: one command a workload, nothing is applied from here. */
export function patchBox(patches: readonly WorkloadPatch[], currency: string): Html | '' {
  if (patches.length === 0) return '';
  return html`<details class="patches">
    <summary>
      ${patches.length === 1 ? 'The patch' : `The ${patches.length} patches of this page`}
    </summary>
    <div class="command">
      <pre tabindex="0"><code id="patches">${renderPatches(patches, currency)}</code></pre>
      <button type="button" class="copy" data-copy="patches">Copy</button>
    </div>
  </details>`;
}
