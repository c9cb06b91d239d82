import { formatBytes, formatCores, formatMoney, plural } from '../../model/text/units.ts';
import type { AdviceAsk, AdvicePage } from '../questions/answerAdvice.ts';
import { adviceOf, adviceTable, patchBox } from './adviceParts.ts';
import { html, type Html } from './html.ts';
import { layout } from './layout.ts';
import { note, pager, tiles, withQuery, type Tile } from './parts.ts';
import type { PageContext, ShownPage } from './route.ts';

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

function body(view: AdvicePage, ask: AdviceAsk, { currency }: PageContext): Html {
  const { advices, patches, total, isWhole, suspects } = view;
  const { namespace } = ask;
  const query = { namespace, all: ask.all ? '1' : null };
  const others = withQuery(PATH, { namespace, all: ask.all ? null : '1' });
  return html`<div class="section-head">
      <h1>Recommendations${namespace !== null && ` for ${namespace}`}</h1>
      <p class="note">
        <a href="${others}"
          >${ask.all ? 'Show changes only' : 'Show all containers, also without a change'}</a
        >
      </p>
    </div>
    ${tiles(tilesOf(view, currency))}
    ${
      !isWhole &&
      html`<p class="note warn">
        The Kubernetes API was not available: autoscalers and the owners of manifests are unknown.
        Check both before you apply a patch.
      </p>`
    }
    ${
      suspects > 0 &&
      note(
        `${plural(suspects, 'container')} left out because of open cryptojacking findings: their usage is no basis for requests.`,
      )
    }
    <section class="card" aria-label="Recommendations">
      ${
        total === 0
          ? note(
              'Nothing to recommend: requests fit the usage, or there are fewer than three days of data.',
            )
          : html`${patchBox(patches, currency)} ${adviceTable(advices, currency)}`
      }
      ${pager({ ...ask, total }, (offset) => withQuery(PATH, { ...query, offset }))}
    </section>`;
}

function tilesOf(
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
