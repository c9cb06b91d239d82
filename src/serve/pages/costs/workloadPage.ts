import { WEEK_MS } from '../../../model/time.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import { formatShare } from '../../../model/text/units.ts';
import { HttpProblem } from '../../problem.ts';
import type { AdvicePage } from '../../questions/answerAdvice.ts';
import type { CostsView } from '../../questions/answerCosts.ts';
import type { FindingsPage } from '../../questions/answerFindings.ts';
import type { NamespacePostureData } from '../../questions/answerPosture.ts';
import { clampSpan } from '../../series/span.ts';
import { adviceOf, adviceTable, freedTile, patchBox } from '../advice.ts';
import { spendChart } from '../chart/spendChart.ts';
import { usageCharts } from '../chart/usageCharts.ts';
import { timeline } from '../finding/readFinding.ts';
import { findingRows, openFindingsAsk } from '../findings.ts';
import {
  html,
  card,
  namespaceLink,
  note,
  table,
  tiles,
  workloadPath,
  type Html,
  type Tile,
} from '../html.ts';
import { layout } from '../layout.ts';
import { checkList, unknownPosture } from '../posture.ts';
import {
  namespaceOf,
  requestedSpan,
  type PageContext,
  type PageRequest,
  type ShownPage,
} from '../route.ts';
import { costColumns, weekTile } from './namespacePage.ts';

const CHART_POINTS = 600;
/** What the charts show when no span is chosen. */
const SHOWN_MS = WEEK_MS;
const LISTED_CHANGES = 40;
const LISTED_FINDINGS = 10;
const LISTED_ADVICES = 20;

interface Charts {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly charts: Html;
  readonly changes: readonly WorkloadEvent[];
  readonly isKnown: boolean;
}

interface WorkloadView extends Charts {
  readonly costs: CostsView;
  readonly findings: FindingsPage;
  readonly advice: AdvicePage;
  readonly posture: NamespacePostureData | null;
}

/** One workload: its use and cost, what to change, its posture, its history. */
export const workloadPage: ShownPage = {
  path: '/namespaces/:namespace/:kind/:name',
  under: '/',
  scope: 'read',
  async show(request) {
    const { page, deps } = request;
    const { questions } = deps;
    const charts = await readCharts(request);
    const { namespace, workload } = charts;
    const scope = { namespaces: page.namespaces, namespace };
    const costs = await questions.costs({ ...scope, workload });
    if (!charts.isKnown && costs.days.lines.length === 0)
      throw new HttpProblem(404, 'There is no such workload');
    const [findings, advice, posture] = await Promise.all([
      questions.findings({ ...openFindingsAsk(scope, LISTED_FINDINGS), workload, state: 'all' }),
      questions.advice({ ...adviceOf(scope, LISTED_ADVICES), workload, all: true }),
      questions.posture(scope),
    ]);
    const [found = null] = posture.namespaces;
    const view = { ...charts, costs, findings, advice, posture: found };
    return layout(page, `${namespace} / ${workload.name}`, body(view, page));
  },
};

/** The charts alone, for zooming. */
export const workloadChartsPage: ShownPage = {
  path: `${workloadPage.path}/charts`,
  scope: 'read',
  show: async (request) => (await readCharts(request)).charts,
};

async function readCharts(request: PageRequest): Promise<Charts> {
  const { params, deps, page } = request;
  const { reader, questions, now } = deps;
  const namespace = await namespaceOf(request);
  const workload = { kind: params['kind'] ?? '', name: params['name'] ?? '' };
  const to = (await reader.status()).watermark ?? now();
  const wholeSpan = { from: to - SHOWN_MS, to };
  const chosen = requestedSpan(request);
  const span = chosen === null ? wholeSpan : clampSpan(chosen);
  const { series, changes, signals } = await questions.workloadUse({
    namespace,
    workload,
    ...span,
    until: to,
    maxPoints: CHART_POINTS,
  });
  const events = timeline({ events: [], actions: [], sent: [], changes, signals }, span);
  const path = workloadPath(namespace, workload);
  const view = { series, usual: null, events, span, wholeSpan, anomaly: null, path };
  return {
    namespace,
    workload,
    charts: usageCharts(view, page.clock),
    changes,
    isKnown: series.times.length > 0 || changes.length > 0,
  };
}

function body(view: WorkloadView, page: PageContext): Html {
  const { namespace, workload, costs, findings, advice, charts } = view;
  const { currency, clock } = page;
  return html`<p class="crumbs"><a href="/">Overview</a> / ${namespaceLink(namespace)}</p>
    <h1>${workload.name} <small>${workload.kind}</small></h1>
    ${tiles(tilesOf(view, currency))}
    ${card(
      'Findings',
      findings.findings.length === 0
        ? note('No findings.')
        : findingRows(findings.findings, page, false),
    )}
    ${charts} ${card('Recommendations', recommendations(advice, currency))}
    ${card(
      'Spend',
      html`${spendChart(costs.days, {
        title: 'By day (UTC)',
        currency,
        clock,
        watermark: costs.watermark ?? 0,
      })}
      ${containers(costs, currency)}`,
    )}
    ${changeLog(view, page)} ${posture(view)}`;
}

function recommendations(advice: AdvicePage, currency: string): Html {
  return advice.total > 0
    ? html`${adviceTable(advice.advices, currency)} ${patchBox(advice)}`
    : note('Nothing to recommend: it does not run any more.');
}

function tilesOf({ costs, advice }: WorkloadView, currency: string): readonly Tile[] {
  const rows = costs.week?.rows ?? [];
  const weighted = (key: 'cpuEfficiency' | 'ramEfficiency', cost: 'cpuCost' | 'ramCost') => {
    const all = rows.reduce((sum, row) => sum + row[cost], 0);
    return formatShare(
      all > 0 ? rows.reduce((sum, row) => sum + row[key] * row[cost], 0) / all : null,
    );
  };
  const sub = 'of requests';
  return [
    weekTile(costs, currency),
    { title: 'CPU used', value: weighted('cpuEfficiency', 'cpuCost'), sub },
    { title: 'Memory used', value: weighted('ramEfficiency', 'ramCost'), sub },
    freedTile(advice, currency),
  ];
}

function containers({ week }: CostsView, currency: string): Html | null {
  if (week === null || week.rows.length === 0) return null;
  return table('Cost of each container in the last seven days', week.rows, [
    { title: 'Container, last 7 days', cell: ({ container, key }) => container ?? key },
    ...costColumns(currency),
  ]);
}

function changeLog({ changes }: WorkloadView, { clock }: PageContext): Html {
  if (changes.length === 0) return card('Changes', note('No changes are known.'));
  const latest = changes.toReversed().slice(0, LISTED_CHANGES);
  return card(
    'Changes',
    html`<ul class="log">
      ${latest.map(
        ({ at, text }) =>
          html`<li>
            <span class="when">${clock.at(at)}</span>
            <span>${clock.localize(text)}</span>
          </li>`,
      )}
    </ul>`,
  );
}

function posture({ posture: found, workload, namespace }: WorkloadView): Html {
  if (found === null) return card('Posture', unknownPosture());
  const checks = found.checks.map((check) => {
    const results = check.results.filter(
      (result) => result.workload?.kind === workload.kind && result.workload.name === workload.name,
    );
    const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
    return { ...check, results, failed: count('failed'), notEvaluated: count('not-evaluated') };
  });
  return html`<h2 class="outside">Posture</h2>
    ${checkList({ namespace, checks })}`;
}
