import { html } from 'hono/html';
import type { WorkloadRef } from '../../../model/workload.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import type { AdvicePage } from '../../questions/answerAdvice.ts';
import type { CostsView } from '../../questions/answerCosts.ts';
import type { FindingsPage } from '../../questions/answerFindings.ts';
import type { NamespacePostureData } from '../../questions/answerPosture.ts';
import { adviceTable, patchBox } from '../advice/adviceList.ts';
import { freedTile } from '../advice/freedTile.ts';
import { stackChart } from '../chart/stack.ts';
import type { PageContext } from '../context.ts';
import { findingRows } from '../findings/rows.ts';
import { layout } from '../layout.ts';
import { namespacePath } from '../links.ts';
import { checkList, unknownPosture } from '../posture/posturePage.ts';
import { table, tiles, type Tile } from '../table.ts';
import { fromCluster, withLocalTimes, type Html } from '../text.ts';
import { formatMoney, formatShare } from '../../../model/text/units.ts';

export interface WorkloadView {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly costs: CostsView;
  readonly findings: FindingsPage;
  readonly advice: AdvicePage;
  readonly posture: NamespacePostureData | null;
  readonly changes: readonly WorkloadEvent[];
  /** Its charts, drawn as a finding's are. */
  readonly charts: Html;
}

/** One workload: what it uses and costs, what to change, how it stands, what happened to it. */
export function workloadPage(view: WorkloadView, page: PageContext): Html {
  const { namespace, workload, costs, findings, advice, charts } = view;
  const { currency, clock } = page;
  return layout(page, {
    title: `${namespace} / ${workload.name}`,
    section: '/',
    body: html`<p class="crumbs">
        <a href="/">Overview</a> / <a href="${namespacePath(namespace)}">${namespace}</a>
      </p>
      <h1>${workload.name} <small>${workload.kind}</small></h1>
      ${tiles(tilesOf(view, page))}
      <section class="card" aria-labelledby="findings-title">
        <h2 id="findings-title">Findings</h2>
        ${
          findings.findings.length === 0
            ? html`<p class="note">None is known of.</p>`
            : findingRows(findings.findings, page, false)
        }
      </section>
      ${charts}
      <section class="card" aria-labelledby="advice-title">
        <h2 id="advice-title">Recommendations</h2>
        ${
          advice.total === 0
            ? html`<p class="note">
                ${advice.suspects > 0 ? 'Left out while the finding above is open: what a miner uses is no request.' : 'Nothing to recommend: it runs too short, or not any more.'}
              </p>`
            : html`${adviceTable(advice.advices, currency)} ${patchBox(advice.patches, currency)}`
        }
      </section>
      <section class="card" aria-labelledby="spend-title">
        <h2 id="spend-title">Spend</h2>
        ${stackChart(costs.days, {
          title: 'By day (UTC)',
          currency,
          clock,
          idle: null,
          watermark: costs.watermark ?? 0,
        })}
        ${containers(view, page)}
      </section>
      ${history(view, page)} ${posture(view)}`,
  });
}

function tilesOf({ costs, advice }: WorkloadView, { currency }: PageContext): readonly Tile[] {
  const rows = costs.week?.rows ?? [];
  const total = rows.reduce((sum, { totalCost }) => sum + totalCost, 0);
  const weigh = (key: 'cpuEfficiency' | 'ramEfficiency', cost: 'cpuCost' | 'ramCost') => {
    const all = rows.reduce((sum, row) => sum + row[cost], 0);
    return all > 0 ? rows.reduce((sum, row) => sum + row[key] * row[cost], 0) / all : null;
  };
  return [
    {
      title: 'Last 7 days',
      value: costs.week === null ? 'unknown' : formatMoney(total, currency),
      sub: `known to ${formatShare(costs.week?.coverage ?? null)}`,
    },
    {
      title: 'CPU used',
      value: formatShare(weigh('cpuEfficiency', 'cpuCost')),
      sub: 'of what is requested',
    },
    {
      title: 'Memory used',
      value: formatShare(weigh('ramEfficiency', 'ramCost')),
      sub: 'of what is requested',
    },
    freedTile(advice, currency),
  ];
}

function containers({ costs }: WorkloadView, { currency }: PageContext): Html | '' {
  const rows = costs.week?.rows ?? [];
  if (rows.length === 0) return '';
  return table('What each container cost in the last seven days', rows, [
    { title: 'Container, last 7 days', cell: ({ container, key }) => container ?? key },
    { title: 'Cost', isNumber: true, cell: ({ totalCost }) => formatMoney(totalCost, currency) },
    { title: 'CPU', isNumber: true, cell: ({ cpuCost }) => formatMoney(cpuCost, currency) },
    { title: 'Memory', isNumber: true, cell: ({ ramCost }) => formatMoney(ramCost, currency) },
    { title: 'CPU used', isNumber: true, cell: ({ cpuEfficiency }) => formatShare(cpuEfficiency) },
    {
      title: 'Memory used',
      isNumber: true,
      cell: ({ ramEfficiency }) => formatShare(ramEfficiency),
    },
  ]);
}

function history({ changes }: WorkloadView, { clock }: PageContext): Html {
  return html`<section class="card" aria-labelledby="history-title">
    <h2 id="history-title">What changed</h2>
    ${
      changes.length === 0
        ? html`<p class="note">No change of it is known.</p>`
        : html`<ul class="log">
            ${changes
              .toReversed()
              .slice(0, 40)
              .map(
                ({ at, text }) =>
                  html`<li>
                    <span class="when">${clock.at(at)}</span>
                    <span>${withLocalTimes(fromCluster(text), clock)}</span>
                  </li>`,
              )}
          </ul>`
    }
  </section>`;
}

function posture({ posture: found, workload, namespace }: WorkloadView): Html {
  if (found === null)
    return html`<section class="card">
      <h2>Posture</h2>
      ${unknownPosture()}
    </section>`;
  const checks = found.checks.map((check) => ({
    ...check,
    results: check.results.filter(
      (result) => result.workload?.kind === workload.kind && result.workload.name === workload.name,
    ),
  }));
  const own = checks.map((check) => ({
    ...check,
    failed: check.results.filter(({ outcome }) => outcome === 'failed').length,
    notEvaluated: check.results.filter(({ outcome }) => outcome === 'not-evaluated').length,
  }));
  return html`<h2 class="outside">Posture</h2>
    ${checkList({ namespace, checks: own })}`;
}
