import { lengthOf } from '../../../detect/findings/stretch.ts';
import { html } from 'hono/html';
import type { Finding } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { KIND_NAMES } from '../../../model/text/format.ts';
import type { PageContext } from '../context.ts';
import { severityBadge, stateBadge } from '../finding/head.ts';
import { findingPath, scopeLink } from '../links.ts';
import { fromCluster, withLocalTimes, type Html } from '../text.ts';
import { formatMoney, formatDuration } from '../../../model/text/units.ts';

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
  const { id, kind, state, scope, summary, resolvedAt } = finding;
  const path = findingPath(id);
  const title = `${KIND_NAMES[kind]}: ${fromCluster(scope.workload?.name ?? scope.namespace ?? scope.subject ?? '')}`;
  return html`<li class="finding-row ${finding.severity} ${state}">
    ${
      isChoosable
        ? html`<input
            type="checkbox"
            name="id"
            value="${id}"
            aria-label="Choose ${title}"
            ${state === 'open' ? '' : html`disabled`}
          />`
        : ''
    }
    <div class="what">
      <p class="title">
        ${severityBadge(finding)} ${state === 'open' ? '' : stateBadge(finding)}
        <a class="main" href="${path}">${KIND_NAMES[kind]}</a>
        <span class="scope">${scopeLink(scope, finding.cluster)}</span>
      </p>
      <p class="note">${withLocalTimes(fromCluster(summary), page.clock)}</p>
    </div>
    <dl class="figures">
      <div>
        <dt>${resolvedAt === null ? 'for' : 'lasted'}</dt>
        <dd>${formatDuration(lengthOf(finding))}</dd>
      </div>
      ${costFigure(finding, page.currency)}
      <div>
        <dt>owner</dt>
        <dd>${finding.owner === null ? 'unknown' : fromCluster(finding.owner)}</dd>
      </div>
    </dl>
  </li>`;
}

/** Empty for what costs nothing by itself, such as posture: the columns stay in line. */
function costFigure({ costPerMonth, costSoFarNano }: Finding, currency: string): Html {
  const perMonth = costPerMonth === 0 ? null : costPerMonth;
  if (perMonth === null && costSoFarNano === null) return html`<div></div>`;
  const [title, value] =
    perMonth !== null
      ? ['a month', formatMoney(perMonth, currency)]
      : ['so far', formatMoney(fromNano(costSoFarNano ?? 0), currency)];
  return html`<div>
    <dt>${title}</dt>
    <dd>${value}</dd>
  </div>`;
}
