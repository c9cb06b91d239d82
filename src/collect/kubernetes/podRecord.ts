import type { Amounts, RequestingPod } from '../../model/podHold.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../../model/podSpec.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { containerFacts } from './containerFacts.ts';
import {
  annotationsOf,
  controllerOf,
  generatedFrom,
  labelsOf,
  parseTimestamp,
} from './metadata.ts';
import { metricAmounts, parseQuantities } from './quantity.ts';
import type {
  RawContainer,
  RawContainerStatus,
  RawObject,
  RawPodSpec,
  RawPodStatus,
} from './rawObjects.ts';

/** A pod as the API or a file describes it at one moment. */
export interface PodRecord {
  readonly uid: string;
  /** Changes with every change of the object; null where it is not told. */
  readonly version: string | null;
  readonly namespace: string;
  readonly name: string;
  /** What the API server made its name from; null where it was given whole. */
  readonly generatedFrom: string | null;
  /** Null: nothing controls it. */
  readonly owner: WorkloadRef | null;
  readonly node: string | null;
  readonly createdAt: TimeMs | null;
  /** When it was put on its node; null while it is not, or where that is not told. */
  readonly scheduledAt: TimeMs | null;
  /** When its last container ended, for a pod that has succeeded or failed. */
  readonly endedAt: TimeMs | null;
  readonly phase: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerRecord[];
  /** What its hold on a node is worked out from; its containers are those above, in the same order. */
  readonly requesting: RequestingPod;
  readonly spec: PodSpecFacts;
}

export interface ContainerRecord {
  readonly name: string;
  readonly role: 'main' | 'init' | 'sidecar';
  readonly image: string;
  readonly imageId: string | null;
  /** Cores and bytes by resource name. */
  readonly requests: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
  /** Since when it runs; null while it does not. */
  readonly runningSince: TimeMs | null;
  /** The span of its last life that has ended. */
  readonly ended: { readonly from: TimeMs; readonly to: TimeMs } | null;
  readonly restarts: number | null;
  readonly lastTerminatedReason: string | null;
  readonly waitingReason: string | null;
}

/** Gives back an equal object that is held already, so that replicas share what they have in common. */
export type ShareFacts = (facts: ContainerSpecFacts) => ContainerSpecFacts;

/** Reads a pod; null when it has no identity. */
export function podRecord(raw: RawObject, share: ShareFacts = (facts) => facts): PodRecord | null {
  const { metadata } = raw;
  if (!metadata?.uid || !metadata.name || !metadata.namespace) return null;
  const spec: RawPodSpec = raw.spec ?? {};
  const status: RawPodStatus = raw.status ?? {};
  const statuses = new Map(
    [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].map((one) => [
      one.name,
      one,
    ]),
  );
  const containers = rolesOf(spec).map(([role, container]) =>
    containerRecord(role, container, statuses.get(container.name), spec.resources?.limits),
  );
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  return {
    uid: metadata.uid,
    version: metadata.resourceVersion ?? null,
    namespace: metadata.namespace,
    name: metadata.name,
    generatedFrom: generatedFrom(metadata),
    owner: controllerOf(metadata),
    node: spec.nodeName ?? null,
    createdAt: parseTimestamp(metadata.creationTimestamp),
    scheduledAt: scheduledAt(spec, status),
    endedAt: isOver ? latestEnd(containers) : null,
    phase: status.phase ?? null,
    labels: labelsOf(metadata),
    annotations: annotationsOf(metadata),
    containers,
    requesting: requestingPod(spec, status, statuses),
    spec: specFacts(spec, status, share, MIRROR in (metadata.annotations ?? {})),
  };
}

function rolesOf(spec: RawPodSpec): readonly (readonly [ContainerRecord['role'], RawContainer])[] {
  return [
    ...(spec.containers ?? []).map((container) => ['main', container] as const),
    // A native side-car is an init container that is restarted for ever.
    ...(spec.initContainers ?? []).map(
      (container) =>
        [container.restartPolicy === 'Always' ? 'sidecar' : 'init', container] as const,
    ),
  ];
}

function requestingPod(
  spec: RawPodSpec,
  status: RawPodStatus,
  statuses: ReadonlyMap<string | undefined, RawContainerStatus>,
): RequestingPod {
  const pending = status.conditions?.find(({ type }) => type === 'PodResizePending');
  return {
    containers: rolesOf(spec).map(([role, { name, resources }]) => {
      const seen = statuses.get(name);
      return {
        role,
        requests: amounts(resources?.requests) ?? {},
        allocated: amounts(seen?.allocatedResources),
        actuated: amounts(seen?.resources?.requests),
      };
    }),
    podLevel: spec.resources
      ? {
          requests: amounts(spec.resources.requests) ?? {},
          allocated: amounts(status.allocatedResources),
          actuated: amounts(status.resources?.requests),
        }
      : null,
    overhead: amounts(spec.overhead) ?? {},
    isResizeInfeasible: pending?.reason === 'Infeasible',
  };
}

function amounts(raw: unknown): Amounts | null {
  return raw === undefined || raw === null ? null : metricAmounts(raw);
}

function containerRecord(
  role: ContainerRecord['role'],
  raw: RawContainer,
  status: RawContainerStatus | undefined,
  podLimits: unknown,
): ContainerRecord {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  const from = parseTimestamp(ended?.startedAt);
  const to = parseTimestamp(ended?.finishedAt);
  return {
    name: raw.name ?? '',
    role,
    image: raw.image ?? status?.image ?? '',
    imageId: status?.imageID || null,
    requests: parseQuantities(raw.resources?.requests),
    // The pod's own limits bound each of its containers.
    limits: { ...parseQuantities(podLimits), ...parseQuantities(raw.resources?.limits) },
    runningSince: parseTimestamp(status?.state?.running?.startedAt),
    ended: from === null || to === null ? null : { from, to },
    restarts: status?.restartCount ?? null,
    lastTerminatedReason: status?.lastState?.terminated?.reason ?? null,
    waitingReason: status?.state?.waiting?.reason ?? null,
  };
}

function scheduledAt(spec: RawPodSpec, status: RawPodStatus): TimeMs | null {
  if (spec.nodeName === undefined) return null;
  const scheduled = status.conditions?.find(
    ({ type, status: state }) => type === 'PodScheduled' && state === 'True',
  );
  return parseTimestamp(scheduled?.lastTransitionTime) ?? parseTimestamp(status.startTime);
}

function latestEnd(containers: readonly ContainerRecord[]): TimeMs | null {
  const ends = containers.flatMap(({ ended }) => (ended === null ? [] : [ended.to]));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** Marks the image in the API of a static pod, to which admission adds no token. */
const MIRROR = 'kubernetes.io/config.mirror';

function specFacts(
  spec: RawPodSpec,
  status: RawPodStatus,
  share: ShareFacts,
  isMirror: boolean,
): PodSpecFacts {
  const volumes = spec.volumes ?? [];
  return {
    serviceAccount: spec.serviceAccountName ?? null,
    tokenMounted: mountsToken(spec),
    ...(volumes.length === 0 &&
      !isMirror &&
      spec.automountServiceAccountToken !== false && { isAsWritten: true }),
    isWindows: (spec.os?.name ?? spec.nodeSelector?.['kubernetes.io/os']) === 'windows',
    resources:
      spec.resources === undefined
        ? null
        : {
            requests: parseQuantities({ ...spec.resources.limits, ...spec.resources.requests }),
            limits: parseQuantities(spec.resources.limits),
          },
    hostNetwork: spec.hostNetwork ?? false,
    hostPid: spec.hostPID ?? false,
    hostIpc: spec.hostIPC ?? false,
    hostPaths: volumes.flatMap(({ hostPath }) => hostPath?.path ?? []),
    priorityClass: spec.priorityClassName ?? null,
    qosClass: status.qosClass ?? null,
    claims: volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
    tolerations: (spec.tolerations ?? []).map(({ key, operator, value, effect }) =>
      [key ?? '*', operator === 'Exists' ? '' : `=${value ?? ''}`, effect ? `:${effect}` : ''].join(
        '',
      ),
    ),
    runtimeClass: spec.runtimeClassName ?? null,
    containers: [
      ...rolesOf(spec),
      ...(spec.ephemeralContainers ?? []).map((container) => ['ephemeral', container] as const),
    ].map(([role, container]) => share(containerFacts(role, container, spec))),
  };
}

/** Where the admission of Kubernetes mounts the token of a ServiceAccount. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A projected token for the API server's own audience, or a Secret in the place of the token. A token for
 * another audience (a cloud's identity, Vault) opens nothing in the cluster.
 */
function mountsToken(spec: RawPodSpec): boolean {
  const tokens = new Set<string | undefined>();
  const secrets = new Set<string | undefined>();
  for (const { name, secret, projected } of spec.volumes ?? []) {
    if (secret !== undefined) secrets.add(name);
    const isToken = projected?.sources?.some(
      ({ serviceAccountToken: token }) =>
        token !== undefined && (!token.audience || token.audience.includes('kubernetes')),
    );
    if (isToken) tokens.add(name);
  }
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec;
  return [...containers, ...initContainers, ...ephemeralContainers].some(({ volumeMounts }) =>
    volumeMounts?.some(
      ({ name, mountPath }) =>
        tokens.has(name) || (secrets.has(name) && mountPath?.replace(/\/$/, '') === TOKEN_PATH),
    ),
  );
}
