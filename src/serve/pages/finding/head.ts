import { judgedUntil, lengthOf, stretchOf } from '../../../detect/findings/stretch.ts';
import type { Finding } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { formatConfidence, formatScope, titleOf, PER_MONTH } from '../../../model/text/format.ts';
import {
  formatCores,
  formatDuration,
  formatMoney,
  formatNumber,
  formatBytesPerSecond,
} from '../../../model/text/units.ts';
import { callSecurity } from '../../../notify/content/callSecurity.ts';
import { describeSilence } from '../../../notify/silences/createSilence.ts';
import { severityBadge, stateBadge } from '../findings.ts';
import { findingPath, html, badge, namespaceLink, note, workloadLink, type Html } from '../html.ts';
import type { PageContext } from '../route.ts';
import { acknowledgeBox } from './act.ts';
import { mean, knownWithin, type FindingView, type WorkloadUse } from './readFinding.ts';
import { sumKnown } from '../../../model/reading.ts';
import { HOUR_MS, type TimeMs } from '../../../model/time.ts';
import type { SpendSteps } from '../../questions/answerCosts.ts';
import type { SeriesColumn } from '../../series/readSeries.ts';
import type { LocalClock } from '../clock.ts';

/** Workloads of a group that are named. */
const NAMED_WORKLOADS = 3;

/**
 * The first screen of a phone: what and where, how sure, whether it goes on, whether to call security, the button to
 * acknowledge, since when, and one picture. Below it what explains that.
 *
 * @param glance the picture; wide screens have the charts beside
 */
export function findingHead(view: FindingView, page: PageContext, glance: Html | null): Html {
  const { finding, silence } = view;
  const { namespace, subject } = finding.scope;
  const advice = callSecurity(finding, 'page');
  return html`<header class="finding-head ${finding.severity} ${finding.state}">
    <p class="crumbs">
      <a href="/findings">Findings</a> /
      ${namespace === null ? 'the whole cluster' : namespaceLink(namespace)}
    </p>
    <h1>${titleOf(finding)}<span class="subject">${subjectOf(view)}</span></h1>
    <p class="badges">
      ${severityBadge(finding)} ${stateBadge(finding)}
      ${silence !== null && badge('silenced', 'quiet')}
      ${finding.kind === 'cryptojacking' && badge(`confidence ${formatConfidence(finding)}`, 'quiet')}
      ${runBadge(view, page.clock)}
    </p>
    <p class="since">${sinceLine(view, page.clock)}</p>
    <div class="act">
      ${
        advice !== null &&
        html`<p class="advice ${finding.severity}">
          <strong>${advice.lead}</strong>: ${advice.why}
        </p>`
      }
      ${acknowledgeBox(view, page)}
    </div>
    ${glance !== null && html`<div class="glance">${glance}</div>`}
    <p class="summary">${page.clock.localize(finding.summary)}.</p>
    ${relatedLine(view)} ${inShort(view, page.currency, page.clock)} ${decisionLine(finding, page)}
    ${silence !== null && note(`Silence: ${describeSilence(silence)}`)} ${facts(view, page)}
    ${subject !== null && note(`About ${subject}.`)}
  </header>`;
}

/** Links to findings of the same cause. */
function relatedLine({ related }: FindingView): Html | null {
  if (related.length === 0) return null;
  return html`<p class="related">
    Probably of the same cause:
    ${related.map(
      (one) =>
        html`<a href="${findingPath(one.id)}">${titleOf(one)}: ${formatScope(one)}</a>
          ${severityBadge(one)} ${one.state !== 'open' && stateBadge(one)} `,
    )}
  </p>`;
}

/** Whether what it says goes on: of what is judged in every window. */
function runBadge({ finding, watermark }: FindingView, clock: LocalClock): Html | null {
  const { kind, resolvedAt, lastSeen } = finding;
  if (resolvedAt !== null) return badge(html`ended ${clock.at(resolvedAt)}`, 'good');
  if (kind !== 'cryptojacking' && kind !== 'cost-spike') return null;
  return lastSeen >= judgedUntil(kind, watermark ?? 0)
    ? badge(kind === 'cryptojacking' ? 'still running' : 'still so', 'warning')
    : badge(html`last seen ${clock.at(lastSeen)}`, 'quiet');
}

/** Since when, for how long, and the use that it is about, with its unit and of how many pods it is. */
function sinceLine({ finding, use }: FindingView, clock: LocalClock): Html {
  const { startedAt } = finding;
  const since = html`Since
    <strong>${clock.at(startedAt)}</strong> (${formatDuration(lengthOf(finding))})`;
  const now = use?.now;
  if (now === undefined || now.cores === null || finding.kind !== 'cryptojacking') return since;
  return html`${since}: <strong>${formatCores(now.cores)}</strong> of CPU in all pods
    ${timesUsual(now)}`;
}

function timesUsual({ cores, usualCores }: WorkloadUse['now']): Html | null {
  const rise = cores !== null && usualCores !== null && usualCores > 0 ? cores / usualCores : 0;
  if (rise < NOTABLE_RISE) return null;
  const times = `${formatNumber(Number(rise.toPrecision(2)))}× usual`;
  return html`<span class="times">${times}</span>`;
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
  return fact(
    `CPU of all pods, ${finding.resolvedAt === null ? 'last hour' : 'in its last hour'}`,
    html`${formatCores(cores)} ${timesUsual(now)}`,
    `${swing(now)}usual: ${usualCores === null ? 'not known yet' : formatCores(usualCores)}; ${levelText(now)}`,
    finding.kind === 'cryptojacking' ? 'lead' : '',
  );
}

function levelText({ limitCores, requestCores }: WorkloadUse['now']): string {
  if (limitCores !== null) return `limit: ${formatCores(limitCores)}`;
  const request =
    requestCores === null || requestCores === 0 ? 'not set' : formatCores(requestCores);
  return `request: ${request}, limit: not set`;
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

const BYTES: readonly SeriesColumn[] = [
  'networkReceiveBytesPerSecond',
  'networkTransmitBytesPerSecond',
  'diskReadBytesPerSecond',
  'diskWriteBytesPerSecond',
];
/** Changes this near to the onset are named. */
const NEAR_MS = HOUR_MS;
/** Less than this much more is no rise. */
const RISE = 1.3;
/** Its tenth percentile as a share of its ninetieth: above the one it is level, below the other it comes in bursts. */
const LEVEL = 0.85;
const BURSTS = 0.25;

type KnownView = FindingView & { readonly use: WorkloadUse };

/**
 * What happened, in sentences: CPU use against what is usual, whether network and disk grew with it, and what changed
 * just before.
 */
export function inShort(view: FindingView, currency: string, clock: LocalClock): Html | null {
  const shown = linesOf(view, currency, clock).filter((line) => line !== null);
  if (shown.length === 0) return null;
  return html`<ul class="in-short" aria-label="In short">
    ${shown.map((line) => html`<li>${line}</li>`)}
  </ul>`;
}

function linesOf(view: FindingView, currency: string, clock: LocalClock): readonly (Html | null)[] {
  const { use, spend, finding } = view;
  if (spend !== null) return [spendLine(finding, spend, currency)];
  if (use === null) return [];
  const known = { ...view, use };
  return [cpuLine(known, clock), trafficLine(known), changeLine(view)];
}

function cpuLine({ finding, use }: KnownView, clock: LocalClock): Html | null {
  const { cores, usualCores } = use.now;
  if (cores === null) return null;
  const since = clock.at(finding.startedAt);
  if (usualCores === null || usualCores <= 0) {
    if (finding.kind !== 'cryptojacking') return null;
    return html`Since ${since}: <strong>${formatCores(cores)}</strong> of
      CPU${rhythm(use, finding)}; usual use is not known yet.`;
  }
  if (cores / usualCores < RISE) return null;
  return html`Since ${since}: <strong>${formatCores(cores)}</strong> of CPU${rhythm(use, finding)};
    usual at this hour: ${formatCores(usualCores)}.`;
}

/** How its use looks since the onset, where that says something: steady, or in bursts. */
function rhythm({ series: { times, columns } }: WorkloadUse, finding: Finding): string {
  const { from, to } = stretchOf(finding);
  const known = knownWithin(times, columns.cpuUsageCores, from, to).toSorted((a, b) => a - b);
  if (known.length < 12) return '';
  const at = (share: number) => known[Math.floor(share * (known.length - 1))] ?? 0;
  const [low, high] = [at(0.1), at(0.9)];
  if (low > LEVEL * high) return ', steady day and night';
  return low < BURSTS * high ? `, in bursts of up to ${formatCores(high)}` : '';
}

/** Network and disk together, from the day before the onset and since. */
function trafficLine({ finding, use }: KnownView): Html | null {
  const { series, now } = use;
  const { times, columns } = series;
  const sums = times.map((_, index) =>
    sumKnown(BYTES.map((column) => columns[column][index] ?? null)),
  );
  const before = mean(knownWithin(times, sums, -Infinity, finding.startedAt));
  const since = mean(knownWithin(times, sums, finding.startedAt, Infinity));
  if (since === null || now.cores === null) return null;
  if (before === null || now.usualCores === null) {
    const isIdle = finding.evidence.some(({ family, weight }) => family === 'work' && weight > 0);
    return isIdle
      ? html`Network and disk I/O: ${formatBytesPerSecond(since)}, very little for this much CPU.`
      : null;
  }
  const rise = before === 0 ? (since === 0 ? 1 : Infinity) : since / before;
  if (now.cores / now.usualCores < RISE) return null;
  return rise < RISE
    ? html`Network and disk I/O did not grow with it: ${formatBytesPerSecond(since)} since,
      ${formatBytesPerSecond(before)} before.`
    : html`Network and disk I/O grew to ${formatBytesPerSecond(since)} from
      ${formatBytesPerSecond(before)}${Number.isFinite(rise) ? ` (${formatNumber(Number(rise.toPrecision(2)))}×)` : ''}.`;
}

function changeLine({ events, finding }: FindingView): Html | null {
  const near = events.filter(
    ({ kind, at }) => kind === 'change' && Math.abs(at - finding.startedAt) <= NEAR_MS,
  );
  if (near.length === 0) return html`No known changes around the onset.`;
  return html`Around the onset:
  ${near
    .slice(0, 3)
    .map(({ text }) => text)
    .join('; ')}.`;
}

/** The workload that caused most of a rise in cost, if one stands out: its mean hour before the onset and since. */
export function spendLine(
  finding: Finding,
  { starts, lines, stepMs }: SpendSteps,
  currency: string,
): Html | null {
  const { from, to } = stretchOf(finding);
  const perHour = (values: readonly number[], isChosen: (start: TimeMs) => boolean) => {
    const step = mean(values.filter((_, index) => isChosen(starts[index] ?? 0)));
    return step === null ? null : step * (HOUR_MS / stepMs);
  };
  const changes = lines.flatMap(({ name, values }) => {
    const before = perHour(values, (start) => start + stepMs <= from);
    const since = perHour(values, (start) => start >= from && start + stepMs <= to);
    return before === null || since === null ? [] : [{ name, before, since, more: since - before }];
  });
  const rise = changes.reduce((sum, { more }) => sum + Math.max(0, more), 0);
  const [most] = changes.toSorted((a, b) => b.more - a.more);
  if (most === undefined || most.more <= 0 || most.more < MOST * rise) return null;
  const money = (value: number) => `${formatMoney(value, currency)} per hour`;
  const [, kind = '', name = ''] = /^([^/]*)\/(.*)$/s.exec(most.name) ?? [];
  const before = most.before < TINY * most.since ? 'almost nothing' : money(most.before);
  return html`Most of it is
    <strong>${workloadLink(finding.scope.namespace ?? '', { kind, name })}</strong>:
    ${money(most.since)} since, ${before} before.`;
}

/** A share of the rise that makes a workload its cause. */
const MOST = 0.5;
const TINY = 0.02;
