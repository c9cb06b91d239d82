import { lengthOf } from '../../detect/findings/stretch.ts';
import type { Finding } from '../../model/finding.ts';
import { fromNano } from '../../model/money.ts';
import { KIND_NAMES } from '../../model/text/format.ts';
import { formatDuration, formatMoney } from '../../model/text/units.ts';
import type { FindingsAsk } from '../questions/answerFindings.ts';
import { html, type Html } from './html.ts';
import { badge, findingPath, scopeLink } from './parts.ts';
import type { PageContext } from './route.ts';

/** The open findings of a scope, the most severe first. */
export function openFindings(
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
    ${findings.map((finding) => row(finding, page, isChoosable))}
  </ul>`;
}

function row(finding: Finding, page: PageContext, isChoosable: boolean): Html {
  const { id, kind, state, scope, summary, resolvedAt, owner } = finding;
  const name = scope.workload?.name ?? scope.namespace ?? scope.subject ?? '';
  return html`<li class="finding-row ${finding.severity} ${state}">
    ${
      isChoosable &&
      html`<input
        type="checkbox"
        name="id"
        value="${id}"
        aria-label="Select ${KIND_NAMES[kind]}: ${name}"
        ${state !== 'open' && html`disabled`}
      />`
    }
    <div class="what">
      <p class="title">
        ${severityBadge(finding)} ${state !== 'open' && stateBadge(finding)}
        <a class="main" href="${findingPath(id)}">${KIND_NAMES[kind]}</a>
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
