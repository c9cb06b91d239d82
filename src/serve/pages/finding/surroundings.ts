import { html } from 'hono/html';
import type { ContainerInstance } from '../../../store/workloads.ts';
import type { PageContext } from '../context.ts';
import { fromCluster, type Clock, type Html } from '../text.ts';
import type { FindingView, WorkloadUse } from './readFinding.ts';
import { formatBytes, formatCores } from '../../../model/text/units.ts';

/** More pods than anybody reads at once. */
const SHOWN_PODS = 6;

/** The part of the pods' specification that matters here: image, requests, limits, where it ran. */
export function specBox({ use }: FindingView, { clock }: PageContext): Html | '' {
  if (use === null) return '';
  const { now, instances } = use;
  return html`<section class="card spec" aria-labelledby="spec-title">
    <h2 id="spec-title">What runs there</h2>
    <dl class="table">
      ${images(instances).map(
        ([container, image]) =>
          html`<dt>Image of ${container}</dt>
            <dd><code>${fromCluster(image)}</code></dd>`,
      )}
      <dt>CPU</dt>
      <dd>
        request ${orNone(formatCores(now.requestCores))}, limit
        ${orNone(formatCores(now.limitCores))}
      </dd>
      <dt>Memory</dt>
      <dd>
        request ${orNone(formatBytes(now.ramRequestBytes))}, limit
        ${orNone(formatBytes(now.ramLimitBytes))}
      </dd>
      <dt>Pods</dt>
      <dd>${pods(instances, clock)}</dd>
      ${privileges(use)}
    </dl>
  </section>`;
}

/** What its specification lets it do: an unseen specification is unknown, never harmless. */
function privileges({ spec }: WorkloadUse): Html {
  if (spec === null)
    return html`<dt>Privileges</dt>
      <dd class="note">Unknown: the Kubernetes API or a file of specifications was not read.</dd>`;
  const { containers, hostNetwork, hostPid, hostIpc, hostPaths, serviceAccount } = spec.spec;
  const marks = [
    ...(hostNetwork ? ['host network'] : []),
    ...(hostPid ? ['host processes'] : []),
    ...(hostIpc ? ['host IPC'] : []),
    ...hostPaths.map((path) => `host path ${path}`),
    ...containers.flatMap((one) => [
      ...(one.privileged ? [`${one.name}: privileged`] : []),
      ...(one.runAsRoot === true ? [`${one.name}: runs as root`] : []),
      ...one.addedCapabilities.map((name) => `${one.name}: ${name}`),
      ...(one.hugePagesBytes > 0
        ? [`${one.name}: ${formatBytes(one.hugePagesBytes)} huge pages`]
        : []),
    ]),
  ];
  return html`<dt>Privileges</dt>
    <dd>${marks.length === 0 ? 'none beyond the usual' : marks.map(fromCluster).join(', ')}</dd>
    <dt>Account</dt>
    <dd><code>${serviceAccount ?? 'default'}</code></dd>`;
}

function orNone(text: string): string {
  return text === 'unknown' ? 'none known' : text;
}

function images(instances: readonly ContainerInstance[]): readonly (readonly [string, string])[] {
  const latest = new Map<string, string>();
  for (const { container, image } of instances)
    if (!latest.has(container)) latest.set(container, image ?? 'unknown');
  return [...latest];
}

/** The pods that ran last; those that they replaced are counted. */
function pods(instances: readonly ContainerInstance[], clock: Clock): Html {
  const last = instances.reduce((latest, { lastHour }) => Math.max(latest, lastHour), 0);
  const byPod = new Map<string, ContainerInstance>();
  for (const instance of instances) if (!byPod.has(instance.pod)) byPod.set(instance.pod, instance);
  if (byPod.size === 0) return html`none known in this stretch`;
  const running = [...byPod.values()].filter(({ lastHour }) => lastHour === last);
  const shown = running.slice(0, SHOWN_PODS);
  const more = running.length - shown.length;
  const replaced = byPod.size - running.length;
  return html`<ul class="plain">
    ${shown.map(
      ({ pod, node, firstHour }) =>
        html`<li>
          <code>${pod}</code> on ${node ?? 'an unknown node'}, since ${clock.hour(firstHour)}
        </li>`,
    )}
    ${more > 0 ? html`<li>and ${more} more</li>` : ''}
    ${replaced > 0 ? html`<li>${replaced} earlier in this stretch are gone</li>` : ''}
  </ul>`;
}

/** Other workloads with the same image: is it here alone? */
export function neighbourBox({ use }: FindingView, page: PageContext): Html | '' {
  if (use === null) return '';
  return html`<section class="card" aria-labelledby="neighbours-title">
    <h2 id="neighbours-title">Same image elsewhere</h2>
    ${neighbourList(use, page)}
  </section>`;
}

function neighbourList({ neighbours, instances }: WorkloadUse, { principal }: PageContext): Html {
  const where =
    principal.namespaces === null ? 'in this cluster' : 'in the namespaces that you may see';
  if (instances.every(({ image }) => image === null))
    return html`<p class="note">Unknown: no source told the image.</p>`;
  if (neighbours.length === 0) return html`<p class="note">Nowhere else ${where}.</p>`;
  return html`<ul class="plain">
    ${neighbours.map(({ namespace, workload, pods }) => {
      const href = `/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(workload.kind)}/${encodeURIComponent(workload.name)}`;
      return html`<li>
        <a href="${href}">${namespace} / ${workload.name}</a>
        <small>${workload.kind}, ${pods} ${pods === 1 ? 'pod' : 'pods'}</small>
      </li>`;
    })}
  </ul>`;
}
