import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import { visibleText } from '../model/text/clean.ts';
import type { TimeMs } from '../model/time.ts';
import type { EvidenceItem, Response } from '../store/responses.ts';
import { connectionsOf, SOCKET_FILES } from './connections.ts';
import { podSpecOf } from './facts.ts';
import { isReadable, objectPath } from './objects.ts';
import { withoutSecrets } from './redact.ts';
import { refusalOf } from './makePlan.ts';
import { ResponseRefused } from './refusals.ts';
import type { ResponseCluster } from './responseCluster.ts';

/** Of each item, and of one response, in characters. */
const LIMITS = { item: 64 * 1024, together: 1024 * 1024 };
/** Pods whose manifest, log and events are captured: one of a hundred replicas is like the others. */
const MAX_PODS = 20;
const LOG_LINES = 1_000;

/**
 * Captures what an action may destroy: manifests without their secrets, logs, events, connections. An item that cannot be had
 * says why; where not even a manifest can be read, nothing may be done.
 *
 * @throws ResponseRefused `no-evidence`
 */
export async function captureEvidence(
  { namespace, workload, plan }: Response,
  cluster: ResponseCluster,
  readsConnections: boolean,
  now: TimeMs,
): Promise<readonly EvidenceItem[]> {
  const items: EvidenceItem[] = [];
  let room = LIMITS.together;
  const keep = (name: string, text: string, problem: string | null = null) => {
    const kept = visibleText(text).slice(0, Math.min(LIMITS.item, room));
    room -= kept.length;
    const isCut = kept.length < text.length;
    items.push({ name, capturedAt: now, text: kept, problem: isCut ? 'cut' : problem });
  };
  const attempt = async (name: string, read: () => Promise<string>) => {
    try {
      keep(name, await read());
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      keep(name, '', error.message);
    }
  };

  if (workload !== null && isReadable(workload.kind)) {
    const { kind, name } = workload;
    await attempt(`manifest ${kind}/${name}`, async () =>
      manifest(await cluster.get(objectPath(kind, namespace, name))),
    );
  }
  const pods = plan.pods.slice(0, MAX_PODS);
  for (const name of pods) {
    const pod = await readPod(namespace, name, cluster);
    keep(`manifest Pod/${name}`, manifest(pod), pod === null ? 'it does not exist any more' : null);
    if (pod === null) continue;
    const path = objectPath('Pod', namespace, name);
    const { containers = [], initContainers = [], ephemeralContainers = [] } = podSpecOf(pod);
    for (const { name: container = '' } of [
      ...containers,
      ...initContainers,
      ...ephemeralContainers,
    ])
      await attempt(`log ${name}/${container}`, () =>
        cluster.text(`${path}/log?${logQuery(container)}`),
      );
    await attempt(`events Pod/${name}`, async () =>
      events(
        await cluster.list(objectPath('Event', namespace), {
          fields: `involvedObject.name=${name}`,
        }),
      ),
    );
    const connections = `connections Pod/${name}`;
    if (readsConnections)
      await attempt(connections, () => readConnections(pod, namespace, name, cluster));
    else keep(connections, addressesOf(pod), 'only its addresses: response.readConnections is off');
  }
  if (plan.pods.length > pods.length)
    keep('pods', plan.pods.join('\n'), `only the first ${MAX_PODS} pods were captured`);
  return items;
}

async function readPod(
  namespace: string,
  name: string,
  cluster: ResponseCluster,
): Promise<RawObject | null> {
  try {
    return await cluster.get(objectPath('Pod', namespace, name));
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    throw new ResponseRefused('no-evidence', refusalOf(error).message);
  }
}

function logQuery(container: string): string {
  const query = {
    container,
    tailLines: `${LOG_LINES}`,
    limitBytes: `${LIMITS.item}`,
    timestamps: 'true',
  };
  return new URLSearchParams(query).toString();
}

function manifest(object: RawObject | null): string {
  return object === null ? '' : JSON.stringify(withoutSecrets(object), null, 1);
}

/** By the first container that has a `cat`: all share the pod's network. */
async function readConnections(
  pod: RawObject,
  namespace: string,
  name: string,
  cluster: ResponseCluster,
): Promise<string> {
  let failure = new ApiFailure('absent', 'the pod has no container');
  for (const { name: container = '' } of podSpecOf(pod).containers ?? []) {
    try {
      const path = objectPath('Pod', namespace, name);
      const text = await cluster.exec(path, container, ['cat', ...SOCKET_FILES]);
      return [addressesOf(pod), ...connectionsOf(text)].join('\n');
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure = error;
    }
  }
  throw failure;
}

function addressesOf({ status }: RawObject): string {
  const { hostIP, podIPs } = (status ?? {}) as { readonly hostIP?: string; podIPs?: unknown };
  return JSON.stringify({ podIPs, hostIP });
}

interface RawEvent extends RawObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
}

function events(list: readonly RawEvent[]): string {
  return list
    .map(({ type, reason, message, count = 1, lastTimestamp, eventTime }) =>
      [lastTimestamp ?? eventTime, type, reason, `${count}×`, message].join('  '),
    )
    .sort()
    .join('\n');
}
