import type { Evidence, EvidenceFamily, Finding } from '../../../model/finding.ts';
import {
  formatBytes,
  formatCores,
  formatNumber,
  formatShare,
  plural,
} from '../../../model/text/units.ts';
import type { Reading } from '../../../model/reading.ts';
import type { ContainerInstance } from '../../../store/workloads.ts';
import type { LocalClock } from '../clock.ts';
import { html, plainList, card, note, workloadPath, type Html } from '../html.ts';
import type { PageContext } from '../route.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';

const FAMILIES: Readonly<Record<EvidenceFamily, string>> = {
  level: 'usage level',
  novelty: 'against its own history',
  work: 'network and disk activity',
  shape: 'usage pattern',
  spread: 'spread',
  spec: 'pod spec',
  signals: 'other tools',
  suppressor: 'counter-evidence',
  money: 'cost',
  data: 'data quality',
};

/** Evidence with its weights, what was seen around the onset, and what would decide it. */
export function evidenceBox({ evidence }: Finding, clock: LocalClock): Html {
  const weighed = evidence
    .filter(({ weight }) => weight !== 0)
    .toSorted((a, b) => b.weight - a.weight);
  const unweighed = evidence.filter(({ weight }) => weight === 0);
  const isUndecided = ({ signal }: Evidence) => signal === 'undecided';
  const heaviest = Math.max(1, ...weighed.map(({ weight }) => Math.abs(weight)));
  const families = new Set(weighed.filter(({ weight }) => weight > 0).map(({ family }) => family));
  const list = (title: string, items: readonly Evidence[]) =>
    items.length > 0 &&
    html`<h3>${title}</h3>
      ${plainList(items.map(({ text }) => clock.localize(text)))}`;
  const intro = `${plural(weighed.length, 'signal')} of ${plural(families.size, 'independent kind')}; the longer the bar, the higher the weight.`;
  return card(
    'Evidence',
    html`${note(weighed.length === 0 ? 'No weighted evidence is recorded.' : intro)}
      <ul class="weights">
        ${weighed.map((item) => weighedItem(item, heaviest, clock))}
      </ul>
      ${list(
        'Around the onset',
        unweighed.filter((one) => !isUndecided(one)),
      )}
      ${list('Needed to decide', unweighed.filter(isUndecided))}`,
    { kind: 'evidence' },
  );
}

function weighedItem(item: Evidence, heaviest: number, clock: LocalClock): Html {
  const { weight, family, text, signal } = item;
  const share = Math.max(2, (Math.abs(weight) / heaviest) * 100).toFixed(0);
  return html`<li class="${weight < 0 ? 'against' : 'for'}">
    <p class="reason">${clock.localize(text)}</p>
    <p class="meta">
      <span class="weight">${weight > 0 ? '+' : '−'}${formatNumber(Math.abs(weight))}</span>
      <svg class="bar" width="100" height="8" aria-hidden="true">
        <rect width="${share}%" height="8" rx="4" />
      </svg>
      <span>${FAMILIES[family]}</span>
      <code>${signal}</code>
      ${measured(item)}
    </p>
  </li>`;
}

/** Units whose values the sentence gives better than a number could. */
const IN_TEXT = new Set(['context', 'time', 'indicator']);

function measured({ value, threshold, unit }: Evidence): Html | null {
  if (typeof value !== 'number' || IN_TEXT.has(unit)) return null;
  const bound = typeof threshold === 'number' ? `, threshold ${quantity(threshold, unit)}` : '';
  return html`<span>${quantity(value, unit)}${bound}</span>`;
}

function quantity(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'share') return formatShare(value);
  return `${formatNumber(value)} ${unit}`;
}

const LISTED_PODS = 6;

/** Kubernetes takes a request or a limit of nothing for none. */
function levelOf(format: (value: Reading) => string, value: Reading): string {
  return value === null || value === 0 ? 'not set' : format(value);
}

/** What of the pods' specification matters here: image, requests, limits, nodes. */
export function specBox({ use }: FindingView, { clock }: PageContext): Html | null {
  if (use === null) return null;
  const { now, instances } = use;
  const levels = (format: (value: Reading) => string, request: Reading, limit: Reading) =>
    html`<dd>request ${levelOf(format, request)}, limit ${levelOf(format, limit)}</dd>`;
  return card(
    'Pods',
    html`<dl class="table">
      ${imagesOf(instances).map(
        ([container, image]) =>
          html`<dt>Image of ${container}</dt>
            <dd><code>${image}</code></dd>`,
      )}
      <dt>CPU</dt>
      ${levels(formatCores, now.requestCores, now.limitCores)}
      <dt>Memory</dt>
      ${levels(formatBytes, now.ramRequestBytes, now.ramLimitBytes)}
      <dt>Pods</dt>
      <dd>${pods(instances, clock)}</dd>
      ${privileges(use)}
    </dl>`,
    { kind: 'spec' },
  );
}

/** What its specification allows it: without one this is unknown, never harmless. */
function privileges({ spec }: WorkloadUse): Html {
  if (spec === null)
    return html`<dt>Privileges</dt>
      <dd class="note">Unknown: the Kubernetes API or a file of specifications was not read.</dd>`;
  const { containers, hostNetwork, hostPid, hostIpc, hostPaths, serviceAccount } = spec.spec;
  const granted = [
    hostNetwork && 'host network',
    hostPid && 'host processes',
    hostIpc && 'host IPC',
    ...hostPaths.map((path) => `host path ${path}`),
    ...containers.flatMap((one) => [
      one.privileged && `${one.name}: privileged`,
      one.runAsRoot === true && `${one.name}: runs as root`,
      ...one.addedCapabilities.map((name) => `${one.name}: ${name}`),
      one.hugePagesBytes > 0 && `${one.name}: ${formatBytes(one.hugePagesBytes)} huge pages`,
    ]),
  ].filter((text) => text !== false);
  return html`<dt>Privileges</dt>
    <dd>${granted.length === 0 ? 'none beyond the usual' : granted.join(', ')}</dd>
    <dt>Service account</dt>
    <dd><code>${serviceAccount ?? 'default'}</code></dd>`;
}

function imagesOf(
  instances: readonly ContainerInstance[],
): readonly (readonly [container: string, image: string])[] {
  const latest = new Map<string, string>();
  for (const { container, image } of instances)
    if (!latest.has(container)) latest.set(container, image ?? 'unknown');
  return [...latest];
}

/** The pods that ran last; those that they replaced are counted. */
function pods(instances: readonly ContainerInstance[], clock: LocalClock): Html {
  const last = instances.reduce((latest, { lastHour }) => Math.max(latest, lastHour), 0);
  const byPod = new Map<string, ContainerInstance>();
  for (const instance of instances) if (!byPod.has(instance.pod)) byPod.set(instance.pod, instance);
  if (byPod.size === 0) return html`none known in this time range`;
  const running = [...byPod.values()].filter(({ lastHour }) => lastHour === last);
  const more = running.length - LISTED_PODS;
  const replaced = byPod.size - running.length;
  return plainList([
    ...running
      .slice(0, LISTED_PODS)
      .map(
        ({ pod, node, firstHour }) =>
          html`<code>${pod}</code> on ${node ?? 'an unknown node'}, since ${clock.hour(firstHour)}`,
      ),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(replaced > 0 ? [`${replaced} earlier in this time range have ended`] : []),
  ]);
}

/** Other workloads with one of its images. */
export function neighbourBox({ use }: FindingView, { principal }: PageContext): Html | null {
  return use && card('Same image elsewhere', neighbours(use, principal.namespaces === null));
}

function neighbours(use: WorkloadUse, seesCluster: boolean): Html {
  if (use.instances.every(({ image }) => image === null))
    return note('Unknown: no source has its image.');
  if (use.neighbours.length === 0)
    return note(
      `Nowhere else ${seesCluster ? 'in this cluster' : 'in the namespaces that you may see'}.`,
    );
  return plainList(
    use.neighbours.map(
      ({ namespace, workload, pods }) =>
        html`<a href="${workloadPath(namespace, workload)}">${namespace} / ${workload.name}</a>
          <small>${workload.kind}, ${plural(pods, 'pod')}</small>`,
    ),
  );
}
