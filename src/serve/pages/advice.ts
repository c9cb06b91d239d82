import {
  formatBytes,
  formatCores,
  formatMoney,
  plural,
  formatShare,
} from '../../model/text/units.ts';
import type { AdviceAsk, AdvicePage } from '../questions/answerAdvice.ts';
import {
  copyBox,
  folded,
  html,
  moneyColumn,
  note,
  numberColumn,
  pager,
  plainList,
  table,
  tiles,
  withQuery,
  workloadLink,
  type Html,
  type Tile,
} from './html.ts';
import type { LocalClock } from './clock.ts';
import { layout } from './layout.ts';
import type { PageContext, ShownPage } from './route.ts';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import { cpuQuantity, memoryQuantity, quantityOrNone } from '../../model/text/quantity.ts';

const PATH = '/recommendations';
const PAGE_SIZE = 50;

/** What to request instead, the largest saving first, with patches. */
export const advicePage: ShownPage = {
  path: PATH,
  scope: 'read',
  nav: 'Recommendations',
  async show({ page, query, deps }) {
    const { namespace = null, all, offset = '' } = query;
    const ask = {
      ...adviceOf({ namespaces: page.namespaces, namespace }, PAGE_SIZE),
      all: all !== undefined,
      offset: /^\d{1,7}$/.test(offset) ? Number(offset) : 0,
    };
    return layout(page, 'Recommendations', body(await deps.questions.advice(ask), ask, page));
  },
};

function body(view: AdvicePage, ask: AdviceAsk, { currency, clock }: PageContext): Html {
  const { advices, total, suspects } = view;
  const { namespace } = ask;
  const query = { namespace, all: ask.all ? '1' : null };
  const others = withQuery(PATH, { namespace, all: ask.all ? null : '1' });
  return html`<div class="section-head">
      <h1>Recommendations${namespace !== null && ` for ${namespace}`}</h1>
      <p class="note">
        <a href="${others}"
          >${ask.all ? 'Show changes only' : 'Show all containers, also without a change'}</a
        >;
        <a href="/savings">more to save, and what came of it</a>
      </p>
    </div>
    ${tiles(adviceTiles(view, currency))}
    ${objectsNote('autoscalers and owners of manifests', view, clock)}
    ${
      suspects > 0 &&
      note(
        `No advice for ${plural(suspects, 'container')} with open cryptojacking findings: their usage is no basis for requests.`,
      )
    }
    <section class="card" aria-label="Recommendations">
      ${
        total === 0
          ? note('Nothing to recommend: requests fit the usage, or there are no data yet.')
          : html`${patchBox(view)} ${adviceTable(advices, currency)}`
      }
      ${pager({ ...ask, total }, (offset) => withQuery(PATH, { ...query, offset }))}
    </section>`;
}

/** As of when an answer knows of objects of the cluster, or that it does not. */
export function objectsNote(
  what: string,
  { isWhole, asOf }: Pick<AdvicePage, 'isWhole' | 'asOf'>,
  clock: LocalClock,
): Html {
  if (isWhole && asOf !== null) return note(html`As of ${clock.at(asOf)}: ${what}.`);
  const why =
    asOf === null
      ? 'No window has recorded the objects of the cluster yet'
      : html`The Kubernetes API was not available at ${clock.at(asOf)}`;
  return html`<p class="note warn">
    ${why}: ${what} are unknown. Check before you change anything.
  </p>`;
}

function adviceTiles(
  { savings, savingPerMonth, total, suspects }: AdvicePage,
  currency: string,
): readonly Tile[] {
  const perMonth = (value: number) => `${formatMoney(value, currency)} a month`;
  const first = {
    title: 'Requests to free',
    value: perMonth(savingPerMonth),
    sub: `at node prices, over ${plural(total, 'container')}`,
  };
  // The cluster's sums include the usage of a miner while it runs: they are no figure to act on.
  if (savings === null || suspects > 0) return [first];
  const nodes = savings.removableAfter.length;
  return [
    first,
    {
      title: 'CPU and memory',
      value: formatCores(savings.freedCpuCores),
      sub: `and ${formatBytes(Math.max(0, savings.freedRamBytes))} of memory`,
    },
    {
      title: 'Lower bill',
      value: perMonth(savings.moneyPerMonth),
      sub:
        nodes === 0
          ? 'no node could be removed: freed requests alone save no money'
          : `at most, once ${plural(nodes, 'more node')} can be removed`,
    },
  ];
}

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
    numberColumn(
      'Risk',
      ({ risk }) =>
        html`<span title="share of the time that usage would have exceeded the request: CPU, memory"
          >${formatShare(risk.cpu)} / ${formatShare(risk.ram)}</span
        >`,
    ),
    {
      title: 'Confidence',
      cell: ({ behind, notes }) =>
        html`${behind.confidence} <small>${plural(Math.round(behind.days), 'day')}</small>${
            notes.length > 0 && plainList(notes, 'notes')
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
export function patchBox({ patches, script }: AdvicePage): Html | null {
  if (patches.length === 0) return null;
  const title = patches.length === 1 ? 'The patch' : `The ${patches.length} patches of this page`;
  return folded(title, copyBox('patches', script), 'patches');
}

/** Smaller sums are shown as nothing. */
const HALF_A_CENT = 0.005;

/**
 * The cost of the requests that recommendations would free per month, on balance: raised requests are subtracted, so
 * that the sum may be negative, and is then shown as missing requests. Null while it is not known yet.
 */
export function freedTile(
  advice: Pick<AdvicePage, 'savingPerMonth' | 'total'> | null,
  currency: string,
): Tile {
  if (advice === null)
    return { title: 'Requests to free', value: '…', sub: 'being computed; load again in a moment' };
  const { savingPerMonth, total } = advice;
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
