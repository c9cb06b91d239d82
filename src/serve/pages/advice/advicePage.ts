import { html } from 'hono/html';
import type { AdviceAsk, AdvicePage } from '../../questions/answerAdvice.ts';
import type { PageContext } from '../context.ts';
import { layout } from '../layout.ts';
import { withQuery } from '../links.ts';
import { pager, tiles, type Tile } from '../table.ts';
import { type Html } from '../text.ts';
import { adviceTable, patchBox } from './adviceList.ts';
import { formatMoney, formatBytes, formatCores } from '../../../model/text/units.ts';

/** What to request instead, the largest saving first, with patches. */
export function advicePage(view: AdvicePage, ask: AdviceAsk, page: PageContext): Html {
  const { advices, patches, total, isWhole, suspects } = view;
  const { currency } = page;
  const query = { namespace: ask.namespace, all: ask.all ? '1' : null };
  return layout(page, {
    title: 'Recommendations',
    section: '/recommendations',
    body: html`<div class="section-head">
        <h1>Recommendations${ask.namespace === null ? '' : html` for ${ask.namespace}`}</h1>
        <p class="note">
          ${
            ask.all
              ? html`<a href="${withQuery('/recommendations', { namespace: ask.namespace })}"
                  >Only what would change</a
                >`
              : html`<a href="${withQuery('/recommendations', { ...query, all: '1' })}"
                  >Also what fits, and what has too little data</a
                >`
          }
        </p>
      </div>
      ${tiles(tilesOf(view, page))}
      ${
        isWhole
          ? ''
          : html`<p class="note warn">
              Autoscalers and who manages the manifests are unknown: the Kubernetes API was not
              read. Check both before you apply a patch.
            </p>`
      }
      ${
        suspects === 0
          ? ''
          : html`<p class="note">
              ${suspects === 1 ? 'One container is' : `${suspects} containers are`} left out: an
              open finding says that something else computes there, and a miner’s needs are no
              request.
            </p>`
      }
      <section class="card" aria-label="Recommendations">
        ${
          total === 0
            ? html`<p class="note">
                Nothing to recommend: what is requested fits what is used, or there are fewer than
                three days of data.
              </p>`
            : html`${patchBox(patches, currency)} ${adviceTable(advices, currency)}`
        }
        ${pager({ ...ask, total }, (offset) => withQuery('/recommendations', { ...query, offset }))}
      </section>`,
  });
}

function tilesOf(
  { savings, savingPerMonth, total, suspects }: AdvicePage,
  page: PageContext,
): readonly Tile[] {
  const money = (value: number) => formatMoney(value, page.currency);
  const first = {
    title: 'Requests that could be freed',
    value: `${money(savingPerMonth)} a month`,
    sub: `at their nodes’ prices, over ${total} containers`,
  };
  // What a miner needs is in the cluster's sums: they are no figure to act on while it runs.
  if (savings === null || suspects > 0) return [first];
  return [
    first,
    {
      title: 'CPU and memory',
      value: formatCores(savings.freedCpuCores),
      sub: `and ${formatBytes(Math.max(0, savings.freedRamBytes))} of memory`,
    },
    {
      title: 'The bill falls by',
      value: `${money(savings.moneyPerMonth)} a month`,
      sub:
        savings.removableAfter.length === 0
          ? 'no node could go: freed requests alone save no money'
          : `at best, once ${savings.removableAfter.length === 1 ? 'one more node is' : `${savings.removableAfter.length} more nodes are`} removed`,
    },
  ];
}
