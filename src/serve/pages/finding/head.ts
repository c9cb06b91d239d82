import { lengthOf } from '../../../detect/findings/stretch.ts';
import { html } from 'hono/html';
import type { Finding } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { describeSilence } from '../../../notify/silences/createSilence.ts';
import { formatConfidence, KIND_NAMES, PER_MONTH } from '../../../model/text/format.ts';
import type { PageContext } from '../context.ts';
import { workloadLink } from '../links.ts';
import { fromCluster, withLocalTimes, type Html } from '../text.ts';
import { inShort } from './inShort.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';
import {
  formatMoney,
  formatCores,
  formatNumber,
  formatDuration,
} from '../../../model/text/units.ts';

/** The first screen: what it is, how bad, since when, what it costs, whose it is. */
export function findingHead(view: FindingView, page: PageContext): Html {
  const { finding, silence } = view;
  const { scope } = finding;
  return html`<header class="finding-head ${finding.severity} ${finding.state}">
    <p class="crumbs"><a href="/findings">Findings</a> / ${namespaceLink(finding)}</p>
    <p class="badges">
      ${severityBadge(finding)} ${stateBadge(finding)}
      ${silence === null ? '' : html`<span class="badge quiet">silenced</span>`}
    </p>
    <h1>${KIND_NAMES[finding.kind]}<span class="subject">${subject(view)}</span></h1>
    <p class="summary">${withLocalTimes(fromCluster(finding.summary), page.clock)}.</p>
    ${inShort(view, page.currency, page.clock)} ${decisionLine(finding, page)}
    ${silence === null ? '' : html`<p class="note">Silence: ${describeSilence(silence)}</p>`}
    ${facts(view, page)}
    ${scope.subject === null ? '' : html`<p class="note">About ${fromCluster(scope.subject)}.</p>`}
  </header>`;
}

function subject({ finding, use }: FindingView): Html {
  const { namespace, workload, container, subject: about } = finding.scope;
  if (namespace === null) return html`${fromCluster(about ?? finding.cluster)}`;
  if (workload !== null)
    return html`${workloadLink(namespace, workload)}${container === null ? '' : html`<small>, container ${container}</small>`}`;
  const group = use?.workloads ?? [];
  if (group.length === 0) return html`${namespace}`;
  return html`${group
    .slice(0, 3)
    .map(
      (one) => html`${workloadLink(namespace, one)} `,
    )}${group.length > 3 ? html`<small>and ${group.length - 3} more</small>` : ''}`;
}

function namespaceLink({ scope }: Finding): Html {
  if (scope.namespace === null) return html`the whole cluster`;
  return html`<a href="/namespaces/${encodeURIComponent(scope.namespace)}">${scope.namespace}</a>`;
}

export function severityBadge({ severity }: Pick<Finding, 'severity'>): Html {
  return html`<span class="badge ${severity}">${severity}</span>`;
}

export function stateBadge({ state }: Pick<Finding, 'state'>): Html {
  return html`<span class="badge state ${state}">${state}</span>`;
}

function decisionLine({ decision, state }: Finding, { clock }: PageContext): Html | '' {
  if (decision === null) return '';
  return html`<p class="decision">
    ${state === 'accepted' ? 'Accepted' : 'Acknowledged'} by ${fromCluster(decision.by)},
    ${clock.at(decision.at)}${decision.reason === null ? '' : html`: “${fromCluster(decision.reason)}”`}.
    ${decision.until === null ? '' : html`To be reviewed on ${clock.dayAt(decision.until)}.`}
  </p>`;
}

/** Figures with the yardstick right below each: a number alone says nothing at 3 a.m. */
function facts(view: FindingView, page: PageContext): Html {
  const { finding, use } = view;
  const { clock, currency } = page;
  return html`<dl class="facts">
    ${use === null ? '' : useFact(use, finding)}
    <div>
      <dt>${finding.resolvedAt === null ? 'Going on for' : 'Lasted'}</dt>
      <dd>${formatDuration(lengthOf(finding))}</dd>
      <dd class="sub">
        since ${clock.at(finding.startedAt)}; recognised ${clock.at(finding.firstSeen)}
      </dd>
    </div>
    ${costFact(finding, currency)}
    ${finding.kind === 'cryptojacking' ? confidenceFact(finding) : ''}
    <div>
      <dt>Owner</dt>
      <dd>${finding.owner === null ? 'unknown' : fromCluster(finding.owner)}</dd>
      <dd class="sub">${podsLine(finding)}</dd>
    </div>
  </dl>`;
}

/** Nothing of what costs nothing by itself, such as posture. */
function costFact({ kind, costSoFarNano, costPerMonth }: Finding, currency: string): Html | '' {
  const perMonth = costPerMonth === 0 ? null : costPerMonth;
  if (costSoFarNano === null)
    return perMonth === null
      ? ''
      : html`<div>
          <dt>Money</dt>
          <dd>${formatMoney(perMonth, currency)}</dd>
          <dd class="sub">${PER_MONTH[kind]}</dd>
        </div>`;
  return html`<div>
    <dt>Cost so far</dt>
    <dd>${formatMoney(fromNano(costSoFarNano), currency)}</dd>
    <dd class="sub">
      ${perMonth === null ? '' : `${formatMoney(perMonth, currency)} ${PER_MONTH[kind]}`}
    </dd>
  </div>`;
}

function confidenceFact(finding: Finding): Html {
  return html`<div>
    <dt>How sure</dt>
    <dd>${formatConfidence(finding).split(' ')[0]}</dd>
    <dd class="sub">score ${Math.round(finding.score)} of 100, from the evidence below</dd>
  </div>`;
}

function useFact({ now }: WorkloadUse, finding: Finding): Html {
  const { cores, usualCores, limitCores, requestCores } = now;
  const isAbuse = finding.kind === 'cryptojacking';
  const times =
    cores !== null && usualCores !== null && usualCores > 0 && cores / usualCores >= 1.5
      ? html` <span class="times"
          >${formatNumber(Number((cores / usualCores).toPrecision(2)))}× its usual</span
        >`
      : '';
  const level =
    limitCores !== null
      ? `limit ${formatCores(limitCores)}`
      : requestCores !== null
        ? `request ${formatCores(requestCores)}, no limit`
        : 'no request, no limit known';
  return html`<div class="${isAbuse ? 'lead' : ''}">
    <dt>CPU, ${finding.resolvedAt === null ? '' : 'its '}last hour, all pods</dt>
    <dd>${formatCores(cores)}${times}</dd>
    <dd class="sub">
      ${swing(now)}${usualCores === null ? 'usual: not known yet' : `usual ${formatCores(usualCores)}`};
      ${level}
    </dd>
  </div>`;
}

/** Between what it swung, where the mean alone would mislead. */
function swing({ lowestCores, highestCores }: WorkloadUse['now']): string {
  if (lowestCores === null || highestCores === null || highestCores < 2 * lowestCores) return '';
  return `between ${formatNumber(lowestCores)} and ${formatNumber(highestCores)}; `;
}

function podsLine({ pods }: Finding): string {
  if (pods.length === 0) return '';
  if (pods.length === 1) return `pod ${pods[0]}`;
  return `${pods.length} pods show it`;
}
