import { autoscaler } from '../../collect/kubernetes/objects/autoscalers.ts';
import { serviceObject, volumeClaim } from '../../collect/kubernetes/objects/claimsAndServices.ts';
import { podRecord } from '../../collect/kubernetes/podRecord.ts';
import { parseQuantity } from '../../collect/kubernetes/quantity.ts';
import type { RawObject, RawPodSpec } from '../../collect/kubernetes/rawObjects.ts';
import { parseObjects, SpecFileError } from '../../collect/specs/parseObjects.ts';
import type { Autoscaler, VolumeClaim } from '../../model/clusterObjects.ts';
import { ownValue } from '../../model/ownValue.ts';
import { addHeld, podHold, type Amounts } from '../../model/podHold.ts';
import type { Reading } from '../../model/reading.ts';
import type { WorkloadRef } from '../../model/workload.ts';

/** One container of a pod template. */
export interface ManifestContainer {
  readonly name: string;
  readonly cpuCores: number;
  readonly ramBytes: number;
}

/** A workload as a manifest asks for it. */
export interface ManifestWorkload {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  /** Null: not written, so that what runs stays. */
  readonly replicas: Reading;
  readonly containers: readonly ManifestContainer[];
  /** What a pod holds beyond its containers: init containers, requests of the pod, overhead. */
  readonly beyond: { readonly cpuCores: number; readonly ramBytes: number };
  /** What it asks for besides CPU and memory, by resource. */
  readonly devices: Amounts;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Of a StatefulSet: the claims that each pod gets. */
  readonly claims: readonly Pick<VolumeClaim, 'name' | 'storageClass' | 'bytes'>[];
}

/** What of some manifests costs something. */
export interface Manifests {
  readonly workloads: readonly ManifestWorkload[];
  readonly autoscalers: readonly Autoscaler[];
  readonly claims: readonly VolumeClaim[];
  /** Services of type LoadBalancer. */
  readonly loadBalancers: readonly { readonly namespace: string; readonly name: string }[];
}

/** Kinds with pods, and where their template is. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Rollout: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  Pod: ['spec'],
};

/**
 * Reads manifests as they would be applied (`helm template` and `kustomize build` write such). Kinds that cost nothing by
 * themselves are left out.
 *
 * @param namespace of objects that name none.
 * @throws SpecFileError naming file, object, key and cure.
 */
export function readManifests(text: string, file: string, namespace: string): Manifests {
  const found = {
    workloads: [] as ManifestWorkload[],
    autoscalers: [] as Autoscaler[],
    claims: [] as VolumeClaim[],
    loadBalancers: [] as { namespace: string; name: string }[],
  };
  for (const { object, place } of parseObjects(text, file)) {
    const where = `${file}, ${place}`;
    const { kind = '', metadata } = object;
    const path = ownValue(TEMPLATES, kind);
    const named = {
      ...object,
      metadata: { ...metadata, namespace: metadata?.namespace ?? namespace },
    };
    if (path !== undefined || PRICED.has(kind)) requireName(named, where);
    if (path !== undefined) found.workloads.push(manifestWorkload(named, path, where));
    else if (kind === 'HorizontalPodAutoscaler') found.autoscalers.push(autoscaler(named));
    else if (kind === 'PersistentVolumeClaim') found.claims.push(sized(volumeClaim(named), where));
    else if (kind === 'Service') {
      const { type, ...service } = serviceObject(named);
      if (type === 'LoadBalancer') found.loadBalancers.push(service);
    }
  }
  return found;
}

const PRICED = new Set(['HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'Service']);

function requireName({ metadata }: RawObject, where: string): void {
  if (typeof metadata?.name !== 'string' || metadata.name === '')
    throw new SpecFileError(`${where}: metadata.name is missing: give it a name`);
}

function manifestWorkload(
  object: RawObject,
  path: readonly string[],
  where: string,
): ManifestWorkload {
  const { kind = '', metadata } = object;
  const [name, namespace] = [metadata?.name ?? '', metadata?.namespace ?? ''];
  const spec = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    object,
  ) as RawPodSpec | undefined;
  if (!Array.isArray(spec?.containers) || spec.containers.length === 0)
    throw new SpecFileError(`${where}: ${path.join('.')}.containers is missing: give at least one`);
  checkQuantities(spec, where);
  // As a pod that is about to be made: what a pod holds is worked out in one place.
  const pod = podRecord({
    kind: 'Pod',
    metadata: { name, namespace, uid: name },
    spec: { ...spec },
  });
  const requesting = pod?.requesting ?? { containers: [] };
  const hold = podHold(requesting);
  const beyond = addHeld(addHeld(hold.init, hold.podLevel), hold.overhead);
  const running = (pod?.containers ?? []).flatMap((container, at) =>
    container.role === 'init'
      ? []
      : [{ container, requests: requesting.containers[at]?.requests ?? {} }],
  );
  const all = running.map(({ requests }) => requests).reduce(addHeld, beyond);
  const { cpu: _cpu, memory: _memory, ...devices } = all;
  return {
    namespace,
    workload: { kind, name },
    replicas: replicasOf(object, where),
    containers: running.map(({ container, requests }) => ({
      name: container.name,
      cpuCores: requests['cpu'] ?? 0,
      ramBytes: requests['memory'] ?? 0,
    })),
    beyond: { cpuCores: beyond['cpu'] ?? 0, ramBytes: beyond['memory'] ?? 0 },
    devices,
    nodeSelector: spec.nodeSelector ?? {},
    claims: claimsOf(object, where),
  };
}

function replicasOf({ kind, spec }: RawObject, where: string): Reading {
  const replicas = spec?.['replicas'];
  if (kind === 'Pod') return 1;
  if (replicas === undefined || replicas === null) return null;
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas;
  throw new SpecFileError(
    `${where}: spec.replicas ${JSON.stringify(replicas)} is no number of pods: write a whole number`,
  );
}

function claimsOf({ kind, spec }: RawObject, where: string): ManifestWorkload['claims'] {
  const templates = kind === 'StatefulSet' ? spec?.['volumeClaimTemplates'] : undefined;
  return Array.isArray(templates)
    ? (templates as readonly RawObject[]).map((one) => sized(volumeClaim(one), where))
    : [];
}

function sized<C extends Pick<VolumeClaim, 'name' | 'bytes'>>(claim: C, where: string): C {
  if (claim.bytes !== null) return claim;
  throw new SpecFileError(
    `${where}: spec.resources.requests.storage of claim ${claim.name} is missing or no quantity: write for example 10Gi`,
  );
}

/** A request that does not parse would count as none. */
function checkQuantities(spec: RawPodSpec, where: string): void {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const all = containers.map(
    ({ name = '', resources }) => [`container ${name}`, resources] as const,
  );
  for (const [whose, resources] of [...all, ['the pod', spec.resources] as const])
    for (const list of ['requests', 'limits'] as const)
      for (const [key, text] of Object.entries(resources?.[list] ?? {}))
        if (parseQuantity(text) === null)
          throw new SpecFileError(
            `${where}: ${list}.${key} of ${whose}, ${JSON.stringify(text)}, is no quantity: write for example 250m or 512Mi`,
          );
}
