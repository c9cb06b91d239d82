import type { SavingsAction } from '../../../cost/savings/savingsAction.ts';
import type { BeforeAfter, ProvenSaving } from '../../../detect/rightsize/applied/provenSaving.ts';
import { requestsText, harmText } from '../../../detect/rightsize/applied/renderApplied.ts';
import { renderPatches } from '../../../detect/rightsize/advice/renderPatches.ts';
import { kubeContextOf } from '../../../notify/config.ts';
import { formatMoney, formatNumber, formatShare, plural } from '../../../model/text/units.ts';
import {
  badge,
  copyBox,
  extra,
  folded,
  html,
  moneyColumn,
  namespaceLink,
  numberColumn,
  table,
  tiles,
  workloadLink,
  type Html,
} from '../html.ts';
import { objectsNote } from '../advice.ts';
import { layout } from '../layout.ts';
import type { PageContext, ShownPage } from '../route.ts';
import { moneyLinks } from './moneyPages.ts';

const NAMES: Readonly<Record<SavingsAction['kind'], string>> = {
  'idle-node': 'Node not needed',
  'oversized-node': 'Node too large',
  sleep: 'Could sleep',
  'released-volume': 'Volume without a claim',
  'unused-load-balancer': 'Load balancer without traffic',
};

/** What saves money beside right-sizing, and what came of recommendations that were applied. */
export const savingsPage: ShownPage = {
  path: '/savings',
  under: '/explore',
  scope: 'read',
  async show({ page, deps: { questions, config } }) {
    const view = await questions.savings({ namespaces: page.namespaces });
    const { actions, applied } = view;
    const kubeContext = kubeContextOf(config());
    const body = html`${moneyLinks(page)}
      <h1>Savings</h1>
      ${tiles(savingsTiles(actions, applied, page.currency))}
      ${objectsNote('volumes, load balancers and owners of manifests', view, page.clock)}
      <section class="card" aria-label="What more to save">
        <h2>More to save</h2>
        <p class="note">
          Beside <a href="/recommendations">recommendations</a> of requests. Nodes by packing
          requests alone: affinities, taints and disruption budgets are not known here.
        </p>
        ${actionTable(actions, page)}
      </section>
      <section class="card" aria-label="Recommendations that were applied">
        <h2>Applied</h2>
        <p class="note">
          Followed for fourteen days after the change. What was got is measured against what the
          hours before would have cost with the load of the hours after.
        </p>
        ${appliedTable(applied, page, kubeContext)}
        <p class="note"><a href="/api/v1/savings">JSON</a></p>
      </section>`;
    return layout(page, 'Savings', body);
  },
};

function savingsTiles(
  actions: readonly SavingsAction[],
  applied: readonly ProvenSaving[],
  currency: string,
) {
  const month = (value: number): string => `${formatMoney(value, currency)} a month`;
  const sum = (values: readonly (number | null)[]): number =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const measured = applied.filter(({ got }) => got !== null);
  const hurt = applied.filter((one) => one.hurt.length > 0).length;
  return [
    {
      title: 'More to save',
      value: month(sum(actions.map(({ savingPerMonth }) => savingPerMonth))),
      sub: `at most, by ${plural(actions.length, 'action')}`,
    },
    {
      title: 'Got',
      value: month(sum(measured.map(({ got }) => got))),
      sub: `of ${formatMoney(sum(measured.map(({ promised }) => promised)), currency)} promised, by ${plural(measured.length, 'change')}`,
    },
    {
      title: 'Became worse',
      value: hurt === 0 ? 'nothing' : plural(hurt, 'change'),
      sub: hurt === 0 ? 'no throttling, OOM kills or waiting beyond before' : 'with a patch back',
    },
  ];
}

function actionTable(actions: readonly SavingsAction[], { currency }: PageContext): Html {
  return table(
    'What more to save',
    actions,
    [
      {
        title: 'What',
        cell: ({ kind, subject, namespace, workload }) =>
          html`${NAMES[kind]}<br /><small
              >${
                namespace === null
                  ? subject
                  : workload === null
                    ? html`${namespaceLink(namespace)} / ${subject}`
                    : workloadLink(namespace, workload)
              }</small
            >`,
      },
      moneyColumn('Saves per month', currency, ({ savingPerMonth }) => savingPerMonth),
      {
        title: 'Why and how',
        cell: ({ why, commands, kind, subject, namespace }) =>
          html`${why}.
          ${commandsBox('Commands', ['action', kind, namespace ?? '', subject], commands.join('\n'))}`,
      },
    ],
    { empty: 'Nothing more to save: nodes are needed, and nothing lies unused.' },
  );
}

function appliedTable(
  applied: readonly ProvenSaving[],
  { currency, clock }: PageContext,
  kubeContext: string | null,
): Html {
  return table(
    'Recommendations that were applied',
    applied,
    [
      {
        title: 'Workload',
        cell: ({ namespace, workload, container, changedAt }) =>
          html`${workloadLink(namespace, workload)} <small>/ ${container}</small><br /><small
              >${clock.at(changedAt)}</small
            >`,
      },
      { title: 'CPU, memory', cell: requestsText },
      moneyColumn('Promised per month', currency, ({ promised }) => promised),
      moneyColumn('Got per month', currency, ({ got }) => got),
      extra(
        numberColumn('Load', ({ load }) => (load === null ? 'unknown' : `×${formatNumber(load)}`)),
      ),
      extra(numberColumn('Throttled', ({ throttledShare }) => pair(throttledShare, formatShare))),
      extra(
        numberColumn('OOM kills a day', ({ oomKills }) =>
          pair(oomKills, (value) => formatNumber(value)),
        ),
      ),
      extra(
        numberColumn(
          'Waits for CPU, memory',
          ({ cpuPressure, ramPressure }) =>
            html`${pair(cpuPressure, formatShare)}<br />${pair(ramPressure, formatShare)}`,
        ),
      ),
      {
        title: 'Harm',
        cell: (one) => {
          const { hurt, reverse, isOver } = one;
          if (hurt.length === 0) return isOver ? harmText(one) : `${harmText(one)}; still followed`;
          return html`${badge(harmText(one), 'warning')}${
            reverse !== null &&
            commandsBox(
              'Take it back',
              ['back', one.namespace, one.workload.name, one.container],
              renderPatches([reverse], { currency, kubeContext }),
            )
          }`;
        },
      },
    ],
    { empty: 'No recommendation of the last four weeks was applied.' },
  );
}

function pair({ before, after }: BeforeAfter, format: (value: number) => string): string {
  const text = (value: number | null): string => (value === null ? 'unknown' : format(value));
  return before === null && after === null ? 'unknown' : `${text(before)} → ${text(after)}`;
}

/** Commands behind a title; of names only what an id may have is kept. */
function commandsBox(title: string, names: readonly string[], commands: string): Html {
  const id = names.join('-').replaceAll(/[^\w-]/g, '-');
  return folded(title, copyBox(id, commands), 'patches');
}
