import { html } from 'hono/html';
import { formatBytes, formatCores, formatRequest } from '../../../model/quantity.ts';
import type { ContainerAdvice } from '../../../detect/rightsize/advice/adviceForm.ts';
import type { WorkloadPatch } from '../../../detect/rightsize/advice/patch.ts';
import { renderPatches } from '../../../detect/rightsize/advice/renderPatches.ts';
import { formatMoney } from '../../../model/text/format.ts';
import { workloadLink } from '../links.ts';
import { table } from '../table.ts';
import { fromCluster, percentText, type Html } from '../text.ts';

/** What to request instead, container by container. */
export function adviceTable(advices: readonly ContainerAdvice[], currency: string): Html {
  return table('What to request instead', advices, [
    {
      title: 'Workload',
      cell: ({ namespace, workload, container }) =>
        html`${workloadLink(namespace, workload)} <small>/ ${container}</small>`,
    },
    { title: 'CPU request', cell: (one) => change(one, 'cpuRequestCores', formatCores) },
    { title: 'Memory request', cell: (one) => change(one, 'ramRequestBytes', formatBytes) },
    {
      title: 'Limits',
      cell: (one) =>
        html`CPU ${change(one, 'cpuLimitCores', formatCores)}, memory
        ${change(one, 'ramLimitBytes', formatBytes)}`,
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
          >${percentText(risk.cpu)} / ${percentText(risk.ram)}</span
        >`,
    },
    {
      title: 'Confidence',
      cell: ({ behind, notes }) =>
        html`${behind.confidence} <small>${behind.days.toFixed(0)} days</small>${
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
  const text = formatRequest(before, format);
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
