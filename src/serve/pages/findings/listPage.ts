import { html } from 'hono/html';
import { findingJsonSchema } from '../../../model/findingJson.ts';
import { KIND_NAMES } from '../../../model/text/format.ts';
import type { FindingsAsk, FindingsPage } from '../../questions/answerFindings.ts';
import { hasScope } from '../../security/principal.ts';
import type { PageContext } from '../context.ts';
import { csrf, layout } from '../layout.ts';
import { withQuery } from '../links.ts';
import { pager } from '../table.ts';
import type { Html } from '../text.ts';
import { findingRows } from './rows.ts';
import { formatCount } from '../../../model/text/units.ts';

const STATES = { open: 'Not resolved', unacknowledged: 'Not acknowledged', all: 'All' } as const;
const ORDERS = {
  severity: 'Most severe first',
  newest: 'Newest first',
  cost: 'Dearest first',
  namespace: 'By namespace',
} as const;

/** Findings to filter, sort, search and acknowledge together. */
export function findingsPage(view: FindingsPage, ask: FindingsAsk, page: PageContext): Html {
  const { findings, total } = view;
  const pathOf = (offset: number) => withQuery('/findings', { ...filtersOf(ask), offset });
  return layout(page, {
    title: 'Findings',
    section: '/findings',
    body: html`<div class="section-head">
        <h1>Findings</h1>
        <p class="note">${formatCount(total)} ${total === 1 ? 'fits' : 'fit'}</p>
      </div>
      ${filterForm(view, ask)}
      <section class="card" aria-label="Findings">
        ${
          findings.length === 0
            ? html`<p class="note">
                Nothing fits.
                ${ask.state === 'all' ? '' : html`<a href="/findings?state=all">Show resolved ones too</a>`}
              </p>`
            : bulkForm(findings, page)
        }
        ${pager({ ...ask, total }, pathOf)}
      </section>`,
  });
}

function bulkForm(findings: FindingsPage['findings'], page: PageContext): Html {
  const mayAcknowledge =
    hasScope(page.principal, 'ack') && findings.some(({ state }) => state === 'open');
  if (!mayAcknowledge) return findingRows(findings, page, false);
  return html`<form method="post" action="/findings/acknowledge">
    ${csrf(page)}
    <div class="bulk">
      <label><input type="checkbox" data-check-all="id" /> all on this page</label>
      <button>Acknowledge the chosen</button>
    </div>
    ${findingRows(findings, page, true)}
  </form>`;
}

function filterForm({ namespaces }: FindingsPage, ask: FindingsAsk): Html {
  return html`<form method="get" action="/findings" class="card filters" role="search">
    <label class="wide"
      >Search
      <input
        type="search"
        name="q"
        value="${ask.search}"
        maxlength="200"
        placeholder="workload, pod, owner, id …"
    /></label>
    <label>State ${select('state', STATES, ask.state)}</label>
    <label>Kind ${select('kind', { '': 'Any', ...kinds() }, ask.kind ?? '')}</label>
    <label
      >Severity
      ${select('severity', { '': 'Any', critical: 'Critical', warning: 'Warning', info: 'Info' }, ask.severity ?? '')}</label
    >
    <label
      >Namespace
      ${select('namespace', { '': 'Any', ...Object.fromEntries(namespaces.map((name) => [name, name])) }, ask.namespace ?? '')}</label
    >
    <label>Order ${select('order', ORDERS, ask.order)}</label>
    <button>Show</button>
  </form>`;
}

function kinds(): Record<string, string> {
  return Object.fromEntries(
    findingJsonSchema.shape.kind.options.map((kind) => [kind, KIND_NAMES[kind]]),
  );
}

function select(name: string, options: Readonly<Record<string, string>>, chosen: string): Html {
  return html`<select name="${name}">
    ${Object.entries(options).map(
      ([value, text]) =>
        html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${text}</option>`,
    )}
  </select>`;
}

function filtersOf(ask: FindingsAsk): Readonly<Record<string, string | null>> {
  return {
    q: ask.search,
    state: ask.state === 'open' ? null : ask.state,
    kind: ask.kind,
    severity: ask.severity,
    namespace: ask.namespace,
    order: ask.order === 'severity' ? null : ask.order,
  };
}
