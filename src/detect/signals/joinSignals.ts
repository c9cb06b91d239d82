import { repositoryOf } from '../../model/podSpec.ts';
import type { Signal } from '../../model/signal.ts';
import { selects } from '../../model/labelSelector.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';

/** A workload that a signal is about. */
export interface Joined {
  readonly namespace: string;
  readonly workload: WorkloadRef;
}

/** Workloads of one image, at most: a base image is in everything. */
const MOST_BY_IMAGE = 20;

/**
 * Finds the workload that a signal is about: by the pod's UID, else by its namespace and name, by the workload, by the
 * image. None where nothing of that runs in the window.
 */
export function workloadFinder(snapshot: Snapshot): (signal: Signal) => readonly Joined[] {
  const byUid = new Map<string, PodSample>();
  const byName = new Map<string, PodSample>();
  const byWorkload = new Map<string, PodSample>();
  const byImage = new Map<string, Map<string, PodSample>>();
  for (const pod of snapshot.pods) {
    byUid.set(pod.uid, pod);
    byName.set(`${pod.namespace}/${pod.name}`, pod);
    const key = workloadKey(pod.namespace, pod.workload);
    byWorkload.set(key, pod);
    for (const { image, imageId } of pod.containers)
      for (const one of new Set([image, imageId])) {
        if (one === null) continue;
        const same = byImage.get(plainImage(one)) ?? new Map<string, PodSample>();
        byImage.set(plainImage(one), same.set(key, pod));
      }
  }
  return ({ target }) => {
    const { podUid, namespace, pod, workload, image } = target;
    const found =
      (podUid === null ? undefined : byUid.get(podUid)) ??
      (namespace === null || pod === null ? undefined : byName.get(`${namespace}/${pod}`)) ??
      (namespace === null || workload === null
        ? undefined
        : byWorkload.get(workloadKey(namespace, workload)));
    if (found !== undefined) return [joined(found)];
    // A report or an event that names an object which is not there is about nothing that runs.
    if (image === null || podUid !== null || pod !== null || workload !== null) return [];
    const same = [...(byImage.get(plainImage(image))?.values() ?? [])].map(joined);
    const own = namespace === null ? same : same.filter((one) => one.namespace === namespace);
    return own.slice(0, MOST_BY_IMAGE);
  };
}

function joined({ namespace, workload }: PodSample): Joined {
  return { namespace, workload };
}

/** `docker.io/library/nginx:1.16` and `nginx:1.16` are one image; a digest tells more than a tag. */
function plainImage(image: string): string {
  const digest = /sha256:[0-9a-f]{64}/.exec(image)?.[0];
  if (digest !== undefined) return digest;
  const repository = repositoryOf(image).replace(/^(docker\.io\/)?(library\/)?/, '');
  const tag = image.slice(repositoryOf(image).length);
  return `${repository}${tag === '' ? ':latest' : tag}`;
}

/** True where a Service, or an Ingress before it, lets clients outside the cluster in; null where Services are not known. */
export function isInternetFacing(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  { objects }: Snapshot,
): boolean | null {
  if (objects === null || objects === undefined || objects.missing.includes('services'))
    return null;
  const behindIngress = new Set(
    objects.ingresses.flatMap((one) => (one.namespace === namespace ? one.backends : [])),
  );
  return objects.services.some(({ type, selector, name, namespace: own }) => {
    const isOpen = type === 'LoadBalancer' || type === 'NodePort' || behindIngress.has(name);
    // A Service without a selector selects nothing, unlike a policy.
    return (
      isOpen &&
      own === namespace &&
      Object.keys(selector).length > 0 &&
      selects({ matchLabels: selector, matchExpressions: [] }, labels)
    );
  });
}
