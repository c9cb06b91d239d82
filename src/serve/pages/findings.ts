import { z } from 'zod';
import { findingJsonSchema } from '../../model/findingJson.ts';
import { KIND_NAMES, titleOf } from '../../model/text/format.ts';
import { plural, formatDuration, formatMoney } from '../../model/text/units.ts';
import { requestDecision } from '../changes.ts';
import type { FindingsAsk, FindingsPage } from '../questions/answerFindings.ts';
import { hasScope, findVisible } from '../security/principal.ts';
import {
  badge,
  choice,
  findingPath,
  html,
  note,
  pager,
  scopeLink,
  withQuery,
  type Html,
} from './html.ts';
import { layout, postForm } from './layout.ts';
import { textsOf, type PageContext, type SentForm, type ShownPage } from './route.ts';
import { lengthOf } from '../../detect/findings/stretch.ts';
import type { Finding } from '../../model/finding.ts';
import { fromNano } from '../../model/money.ts';

const PATH = '/findings';
const PAGE_SIZE = 100;

const STATES = { open: 'Not resolved', unacknowledged: 'Not acknowledged', all: 'All' } as const;
const SEVERITIES = { '': 'Any', critical: 'Critical', warning: 'Warning', info: 'Info' } as const;
const ORDERS = {
  severity: 'Most severe first',
  newest: 'Newest first',
  cost: 'Highest cost first',
  namespace: 'By namespace',
} as const;

/** The filters of an address; an unknown value counts as none. */
const filters = z.object({
  q: z.string().trim().max(200).catch(''),
  state: z.enum(['open', 'unacknowledged', 'all']).catch('open'),
  kind: findingJsonSchema.shape.kind.nullable().catch(null),
  severity: findingJsonSchema.shape.severity.nullable().catch(null),
  namespace: z.string().min(1).max(253).nullable().catch(null),
  order: z.enum(['severity', 'newest', 'cost', 'namespace']).catch('severity'),
  offset: z.coerce.number().int().min(0).max(1_000_000).catch(0),
});

/** Findings to filter, sort, search and acknowledge together. */
export const findingsPage: ShownPage = {
  path: PATH,
  scope: 'read',
  nav: 'Findings',
  async show({ page, query, deps }) {
    const { q, ...rest } = filters.parse(query);
    const { namespaces } = page;
    const ask = { ...rest, search: q, workload: null, limit: PAGE_SIZE, namespaces };
    return layout(page, 'Findings', body(await deps.questions.findings(ask), ask, page));
  },
};

/** Acknowledges several findings at once. */
export const acknowledgeForm: SentForm = {
  path: `${PATH}/acknowledge`,
  scope: 'ack',
  async submit({ principal, asker, deps, form }) {
    const request = { action: 'acknowledge' as const, reason: null, until: null };
    for (const id of textsOf(await form(), 'id').slice(0, PAGE_SIZE)) {
      const finding = await findVisible(id, principal, deps);
      // A finding that was resolved or decided meanwhile stays as it is.
      if (finding.state === 'open') await requestDecision(finding, request, asker, deps);
    }
    return withQuery(PATH, { done: 'bulk' });
  },
};

function body(view: FindingsPage, ask: FindingsAsk, page: PageContext): Html {
  const { findings, total } = view;
  const pathOf = (offset: number) => withQuery(PATH, { ...queryOf(ask), offset });
  const showAll =
    ask.state !== 'all' && html`<a href="${PATH}?state=all">Show resolved findings</a>`;
  return html`<div class="section-head">
      <h1>Findings</h1>
      ${note(plural(total, 'match', 'matches'))}
    </div>
    ${filterForm(view, ask)}
    <section class="card" aria-label="Findings">
      ${findings.length === 0 ? note(html`No matches. ${showAll}`) : list(findings, page)}
      ${pager({ ...ask, total }, pathOf)}
    </section>`;
}

function list(findings: FindingsPage['findings'], page: PageContext): Html {
  const mayAcknowledge =
    hasScope(page.principal, 'ack') && findings.some(({ state }) => state === 'open');
  if (!mayAcknowledge) return findingRows(findings, page, false);
  return postForm(
    page,
    acknowledgeForm.path,
    html`<div class="bulk">
        <label><input type="checkbox" data-check-all="id" /> all on this page</label>
        <button>Acknowledge selected</button>
      </div>
      ${findingRows(findings, page, true)}`,
  );
}

function filterForm({ namespaces }: FindingsPage, ask: FindingsAsk): Html {
  const names = Object.fromEntries(namespaces.map((name) => [name, name]));
  const kinds = Object.fromEntries(
    findingJsonSchema.shape.kind.options.map((kind) => [kind, KIND_NAMES[kind]]),
  );
  return html`<form method="get" action="${PATH}" class="card filters" role="search">
    <label class="wide"
      >Search
      <input
        type="search"
        name="q"
        value="${ask.search}"
        maxlength="200"
        placeholder="workload, pod, owner, id …"
    /></label>
    ${choice('State', 'state', STATES, ask.state)}
    ${choice('Kind', 'kind', { '': 'Any', ...kinds }, ask.kind ?? '')}
    ${choice('Severity', 'severity', SEVERITIES, ask.severity ?? '')}
    ${choice('Namespace', 'namespace', { '': 'Any', ...names }, ask.namespace ?? '')}
    ${choice('Order', 'order', ORDERS, ask.order)}
    <button>Show</button>
  </form>`;
}

function queryOf(ask: FindingsAsk): Readonly<Record<string, string | null>> {
  return {
    q: ask.search,
    state: ask.state === 'open' ? null : ask.state,
    kind: ask.kind,
    severity: ask.severity,
    namespace: ask.namespace,
    order: ask.order === 'severity' ? null : ask.order,
  };
}

/** The open findings of a scope, the most severe first. */
export function openFindingsAsk(
  scope: Pick<FindingsAsk, 'namespaces' | 'namespace'>,
  limit: number,
): FindingsAsk {
  return {
    ...scope,
    state: 'open',
    kind: null,
    severity: null,
    workload: null,
    search: '',
    order: 'severity',
    offset: 0,
    limit,
  };
}

export function severityBadge({ severity }: Pick<Finding, 'severity'>): Html {
  return badge(severity, severity);
}

export function stateBadge({ state }: Pick<Finding, 'state'>): Html {
  return badge(state, `state ${state}`);
}

/** Findings one below the other. @param isChoosable puts a box before each, inside a form */
export function findingRows(
  findings: readonly Finding[],
  page: PageContext,
  isChoosable: boolean,
): Html {
  return html`<ul class="finding-rows">
    ${findings.map((finding) => findingRow(finding, page, isChoosable))}
  </ul>`;
}

function findingRow(finding: Finding, page: PageContext, isChoosable: boolean): Html {
  const { id, state, scope, summary, resolvedAt, owner } = finding;
  const name = scope.workload?.name ?? scope.namespace ?? scope.subject ?? '';
  return html`<li class="finding-row ${finding.severity} ${state}">
    ${
      isChoosable &&
      html`<input
        type="checkbox"
        name="id"
        value="${id}"
        aria-label="Select ${titleOf(finding)}: ${name}"
        ${state !== 'open' && html`disabled`}
      />`
    }
    <div class="what">
      <p class="title">
        ${severityBadge(finding)} ${state !== 'open' && stateBadge(finding)}
        <a class="main" href="${findingPath(id)}">${titleOf(finding)}</a>
        <span class="scope">${scopeLink(scope, finding.cluster)}</span>
      </p>
      <p class="note">${page.clock.localize(summary)}</p>
    </div>
    <dl class="figures">
      ${figure(resolvedAt === null ? 'for' : 'lasted', formatDuration(lengthOf(finding)))}
      ${costFigure(finding, page.currency)} ${figure('owner', owner ?? 'unknown')}
    </dl>
  </li>`;
}

function figure(title: string, value: string): Html {
  return html`<div>
    <dt>${title}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** Empty for what costs nothing by itself, such as posture: the columns stay in line. */
function costFigure({ costPerMonth, costSoFarNano }: Finding, currency: string): Html {
  if (costPerMonth !== null && costPerMonth !== 0)
    return figure('per month', formatMoney(costPerMonth, currency));
  if (costSoFarNano === null) return html`<div></div>`;
  return figure('so far', formatMoney(fromNano(costSoFarNano), currency));
}
