import type { Finding } from '../../../model/finding.ts';
import { kubeContextOf } from '../../../notify/config.ts';
import { stretchOf } from '../../../detect/findings/stretch.ts';
import { DAY_MS, HOUR_MS } from '../../../model/time.ts';
import { formatScope, titleOf } from '../../../model/text/format.ts';
import { requestDecision, requestSilence } from '../../changes.ts';
import { HttpProblem } from '../../problem.ts';
import type { FindingUse } from '../../questions/answerUse.ts';
import type { SpendSteps } from '../../questions/answerCosts.ts';
import { findVisible } from '../../security/principal.ts';
import type { LocalClock } from '../clock.ts';
import { eventList, marksLane, numberMarks } from '../chart/panel.ts';
import { spendChart } from '../chart/spendChart.ts';
import { glanceChart, usageCharts, type UsageCharts } from '../chart/usageCharts.ts';
import { html, card, findingPath, withQuery, type Html } from '../html.ts';
import { layout } from '../layout.ts';
import {
  durationOf,
  requestedSpan,
  queryText,
  type PageContext,
  type PageRequest,
  type PageRoute,
} from '../route.ts';
import { respondBox } from '../responses.ts';
import { commandBox, decideBox } from './act.ts';
import { evidenceBox, neighbourBox, specBox } from './details.ts';
import { findingHead } from './head.ts';
import { readFindingView, type FindingView } from './readFinding.ts';

const PATH = '/findings/:id';
const DECISIONS = ['acknowledge', 'accept', 'not-abuse', 'reopen'] as const;

/** The page of one finding, its charts alone for zooming, and its forms. */
export const FINDING_PAGES: readonly PageRoute[] = [
  {
    path: PATH,
    scope: 'read',
    async show(request) {
      const { page, deps } = request;
      const kept = await readView(request);
      const { view } = kept;
      const { finding } = view;
      const title = `${titleOf(finding)}: ${formatScope(finding)}`;
      const { enabled } = deps.responses.policy();
      const respond = respondBox(finding, enabled, page);
      const commands = commandBox(view, kubeContextOf(deps.config()));
      return layout(page, title, body(kept, page, html`${respond} ${commands}`));
    },
  },
  {
    path: `${PATH}/charts`,
    scope: 'read',
    show: async (request) => (await readView(request)).charts,
  },
  {
    path: `${PATH}/decide`,
    scope: 'ack',
    async submit({ params, principal, asker, deps, form }) {
      const finding = await findVisible(params['id'] ?? '', principal, deps);
      const fields = await form();
      const action = DECISIONS.find((one) => one === queryText(fields, 'action'));
      if (action === undefined) throw new HttpProblem(400, 'This form has no such action');
      const duration = durationOf(fields);
      const decision = {
        action,
        reason: queryText(fields, 'reason') || null,
        until: duration === null ? null : deps.now() + duration,
      };
      await requestDecision(finding, decision, asker, deps);
      return withQuery(findingPath(finding.id), { done: action });
    },
  },
  {
    path: `${PATH}/silence`,
    scope: 'silence',
    async submit({ params, principal, asker, deps, form }) {
      const finding = await findVisible(params['id'] ?? '', principal, deps);
      const fields = await form();
      const { namespace } = finding.scope;
      const silence = {
        matchers: [
          `fingerprint=${finding.fingerprint}`,
          `kind=${finding.kind}`,
          ...(namespace === null ? [] : [`namespace=${namespace}`]),
        ],
        endsAt: deps.now() + (durationOf(fields) ?? DAY_MS),
        reason: queryText(fields, 'reason'),
      };
      await requestSilence(silence, asker, deps);
      return withQuery(findingPath(finding.id), { done: 'silence' });
    },
  },
];

interface KeptView {
  readonly view: FindingView;
  readonly charts: Html;
  /** The one picture of a phone's first screen. */
  readonly glance: Html | null;
}

/** The charts are most of the page and the same for every visitor who may see it; a write makes both anew. */
async function readView(request: PageRequest): Promise<KeptView> {
  const { params, principal, deps, page } = request;
  const finding = await findVisible(params['id'] ?? '', principal, deps);
  const span = requestedSpan(request);
  const key = JSON.stringify([finding.id, span, page.namespaces]);
  return request.kept.get(key, await deps.reader.version(), async () => {
    const view = await readFindingView(finding, span, principal, deps);
    const { currency, clock } = page;
    return {
      view,
      charts: await findingCharts(view, currency, clock),
      glance: await glanceOf(view, currency, clock),
    };
  });
}

function body({ view, charts, glance }: KeptView, page: PageContext, actions: Html): Html {
  const { id } = view.finding;
  const inApi = `/api/v1${findingPath(id)}`;
  return html`${findingHead(view, page, glance)}
    <div class="columns">
      <div class="first">${charts}</div>
      <div class="aside">${decideBox(view, page)} ${actions}</div>
      <div class="rest">
        ${evidenceBox(view.finding, page.clock)}
        <div class="pair">${specBox(view, page)} ${neighbourBox(view, page)}</div>
        <p class="note permanent">
          Permanent link:
          <a href="${findingPath(id)}"><code>/findings/${id}</code></a>
          · <a href="${inApi}">JSON</a>
          ${view.use !== null && html`· <a href="${inApi}/series">series</a>`}
        </p>
      </div>
    </div>`;
}

/** The charts of a finding, the finding itself shaded; or what its namespace cost; some have neither. */
function findingCharts(view: FindingView, currency: string, clock: LocalClock): Html {
  const { use, spend } = view;
  if (spend !== null) return spendBox(view, spend, currency, clock);
  if (use === null) return html``;
  return usageCharts(chartsOf(view, use), clock);
}

function chartsOf(view: FindingView, { series, usual }: FindingUse): UsageCharts {
  const { finding } = view;
  const lead = isAboutMemory(finding) ? 'memory' : 'cpu';
  const path = findingPath(finding.id);
  return { ...view, series, usual, anomaly: stretchOf(finding), lead, path };
}

/** Of a container that was OOM-killed, memory is the question. */
function isAboutMemory({ rule }: Finding): boolean {
  return /oom|memory/i.test(rule);
}

const GLANCE_PX = 96;

function glanceOf(view: FindingView, currency: string, clock: LocalClock): Html | null {
  const { finding, use, spend } = view;
  if (use !== null) return glanceChart(chartsOf(view, use), clock, GLANCE_PX);
  if (spend === null) return null;
  return spendChart(spend, {
    title: 'Cost by workload',
    currency,
    clock,
    watermark: Infinity,
    stepMs: spend.stepMs,
    anomaly: stretchOf(finding),
    heightPx: GLANCE_PX,
    isHeading: false,
  });
}

/** What the workloads of the finding's namespace cost. */
function spendBox(
  { finding, events }: FindingView,
  spend: SpendSteps,
  currency: string,
  clock: LocalClock,
): Html {
  const { starts, stepMs } = spend;
  const shown = { from: starts[0] ?? 0, to: (starts.at(-1) ?? 0) + stepMs };
  const inside = events.filter(({ at }) => at >= shown.from && at <= shown.to);
  const marks = numberMarks(inside, shown);
  return card(
    'Cost',
    html`<p class="note">
        <span class="key anomaly"></span> shaded: the finding, since ${clock.at(finding.startedAt)}.
      </p>
      ${marksLane(marks, shown)}
      ${spendChart(spend, {
        title: stepMs === HOUR_MS ? 'By workload and hour' : 'By workload and day (UTC)',
        currency,
        clock,
        watermark: Infinity,
        stepMs,
        anomaly: stretchOf(finding),
      })}
      ${eventList(marks, clock)}`,
  );
}
