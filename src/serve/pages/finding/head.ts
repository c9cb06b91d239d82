import { lengthOf } from '../../../detect/findings/stretch.ts';
import type { Finding } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { formatConfidence, KIND_NAMES, PER_MONTH } from '../../../model/text/format.ts';
import {
  formatCores,
  formatDuration,
  formatMoney,
  formatNumber,
} from '../../../model/text/units.ts';
import { describeSilence } from '../../../notify/silences/createSilence.ts';
import { severityBadge, stateBadge } from '../findingRows.ts';
import { html, type Html } from '../html.ts';
import { badge, namespaceLink, note, workloadLink } from '../parts.ts';
import type { PageContext } from '../route.ts';
import { inShort } from './inShort.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';

/** Workloads of a group that are named. */
const NAMED_WORKLOADS = 3;

/** The first screen: what it is, how bad, since when, what it costs, whose it is. */
export function findingHead(view: FindingView, page: PageContext): Html {
  const { finding, silence } = view;
  const { namespace, subject } = finding.scope;
  return html`<header class="finding-head ${finding.severity} ${finding.state}">
    <p class="crumbs">
      <a href="/findings">Findings</a> /
      ${namespace === null ? 'the whole cluster' : namespaceLink(namespace)}
    </p>
    <p class="badges">
      ${severityBadge(finding)} ${stateBadge(finding)}
      ${silence !== null && badge('silenced', 'quiet')}
    </p>
    <h1>${KIND_NAMES[finding.kind]}<span class="subject">${subjectOf(view)}</span></h1>
    <p class="summary">${page.clock.localize(finding.summary)}.</p>
    ${inShort(view, page.currency, page.clock)} ${decisionLine(finding, page)}
    ${silence !== null && note(`Silence: ${describeSilence(silence)}`)} ${facts(view, page)}
    ${subject !== null && note(`About ${subject}.`)}
  </header>`;
}

function subjectOf({ finding, use }: FindingView): Html | string {
  const { namespace, workload, container, subject } = finding.scope;
  if (namespace === null) return subject ?? finding.cluster;
  if (workload !== null)
    return html`${workloadLink(namespace, workload)}${container !== null && html`<small>, container ${container}</small>`}`;
  const group = use?.workloads ?? [];
  if (group.length === 0) return namespace;
  const more = group.length - NAMED_WORKLOADS;
  return html`${group.slice(0, NAMED_WORKLOADS).map((one) => html`${workloadLink(namespace, one)} `)}${
    more > 0 && html`<small>and ${more} more</small>`
  }`;
}

function decisionLine({ decision, state }: Finding, { clock }: PageContext): Html | null {
  if (decision === null) return null;
  const { by, at, reason, until } = decision;
  return html`<p class="decision">
    ${state === 'accepted' ? 'Accepted' : 'Acknowledged'} by ${by},
    ${clock.at(at)}${reason !== null && `: “${reason}”`}.
    ${until !== null && html`Review on ${clock.dayAt(until)}.`}
  </p>`;
}

/** Figures, each with what it is measured against. */
function facts(view: FindingView, page: PageContext): Html {
  const { finding, use } = view;
  const { clock } = page;
  return html`<dl class="facts">
    ${use && useFact(use, finding)}
    ${fact(
      finding.resolvedAt === null ? 'Duration so far' : 'Duration',
      formatDuration(lengthOf(finding)),
      html`since ${clock.at(finding.startedAt)}; detected ${clock.at(finding.firstSeen)}`,
    )}
    ${costFact(finding, page.currency)}
    ${
      finding.kind === 'cryptojacking' &&
      fact(
        'Confidence',
        formatConfidence(finding).split(' ')[0] ?? '',
        `score ${Math.round(finding.score)} of 100, from the evidence below`,
      )
    }
    ${fact('Owner', finding.owner ?? 'unknown', podsLine(finding))}
  </dl>`;
}

function fact(title: string, value: Html | string, sub: Html | string, kind = ''): Html {
  return html`<div class="${kind}">
    <dt>${title}</dt>
    <dd>${value}</dd>
    <dd class="sub">${sub}</dd>
  </div>`;
}

/** None for findings that cost nothing by themselves, such as posture. */
function costFact({ kind, costSoFarNano, costPerMonth }: Finding, currency: string): Html | null {
  const perMonth =
    costPerMonth === null || costPerMonth === 0 ? null : formatMoney(costPerMonth, currency);
  if (costSoFarNano === null)
    return perMonth === null ? null : fact('Cost', perMonth, PER_MONTH[kind]);
  const soFar = formatMoney(fromNano(costSoFarNano), currency);
  return fact('Cost so far', soFar, perMonth === null ? '' : `${perMonth} ${PER_MONTH[kind]}`);
}

/** From this many times the usual use the factor is shown. */
const NOTABLE_RISE = 1.5;

function useFact({ now }: WorkloadUse, finding: Finding): Html {
  const { cores, usualCores } = now;
  const rise = cores !== null && usualCores !== null && usualCores > 0 ? cores / usualCores : 0;
  const times = `${formatNumber(Number(rise.toPrecision(2)))}× usual`;
  return fact(
    `CPU of all pods, ${finding.resolvedAt === null ? 'last hour' : 'in its last hour'}`,
    html`${formatCores(cores)} ${rise >= NOTABLE_RISE && html`<span class="times">${times}</span>`}`,
    `${swing(now)}usual: ${usualCores === null ? 'not known yet' : formatCores(usualCores)}; ${levelText(now)}`,
    finding.kind === 'cryptojacking' ? 'lead' : '',
  );
}

function levelText({ limitCores, requestCores }: WorkloadUse['now']): string {
  if (limitCores !== null) return `limit: ${formatCores(limitCores)}`;
  if (requestCores !== null) return `request: ${formatCores(requestCores)}, no limit`;
  return 'no request, no limit known';
}

/** Its lowest and highest use, where the mean alone would mislead. */
function swing({ lowestCores, highestCores }: WorkloadUse['now']): string {
  if (lowestCores === null || highestCores === null || highestCores < 2 * lowestCores) return '';
  return `between ${formatNumber(lowestCores)} and ${formatNumber(highestCores)}; `;
}

function podsLine({ pods }: Finding): string {
  if (pods.length === 0) return '';
  return pods.length === 1 ? `pod ${pods[0]}` : `${pods.length} pods affected`;
}
