import { containerLifeAt, type DemoPod } from '../cluster/pods.ts';
import type { DemoWorkload, Resources } from '../cluster/workload.ts';
import type { RawContainer, RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { formatTime, type TimeMs } from '../../src/model/time.ts';
import { claimName } from '../series/kubePods.ts';
import { containerName, imageId, qosOf } from '../series/labels.ts';

/** A pod as the API shows it at a moment. */
export function podObject(pod: DemoPod, at: TimeMs): RawObject {
  const { workload } = pod;
  const isEnded = at > pod.endsAt;
  const life = containerLifeAt(pod, Math.min(at, pod.endsAt));
  const running = { running: { startedAt: formatTime(Math.floor(life.startedAt / 1000) * 1000) } };
  const killed = { terminated: { reason: 'OOMKilled', finishedAt: formatTime(life.startedAt) } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: workload.namespace,
      uid: pod.uid,
      creationTimestamp: formatTime(Math.floor(pod.createdAt / 1000) * 1000),
      labels: appLabels(workload),
      ownerReferences: [{ ...pod.owner, controller: true }],
    },
    spec: podSpec(pod),
    status: {
      phase: isEnded ? 'Succeeded' : 'Running',
      qosClass: qosOf(pod),
      startTime: formatTime(Math.floor(pod.createdAt / 1000) * 1000),
      containerStatuses: [
        {
          name: containerName(pod),
          image: pod.image,
          imageID: imageId(pod.image, 1),
          restartCount: life.index,
          state: isEnded ? { terminated: { reason: 'Completed' } } : running,
          ...(life.index > 0 ? { lastState: killed } : {}),
        },
      ],
    },
  };
}

export function appLabels({ name }: DemoWorkload): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': name };
}

function podSpec(pod: DemoPod): Readonly<Record<string, unknown>> {
  const { workload } = pod;
  return {
    nodeName: pod.node.name,
    serviceAccountName: workload.hardened === true ? workload.name : 'default',
    ...(workload.hardened === true ? { automountServiceAccountToken: false } : {}),
    ...(workload.hostNetwork === true ? { hostNetwork: true } : {}),
    ...(workload.hostPid === true ? { hostPID: true } : {}),
    ...(workload.claim === undefined
      ? {}
      : { volumes: [{ persistentVolumeClaim: { claimName: claimName(pod) } }] }),
    containers: [containerObject(workload, pod.image)],
  };
}

/** The container as a manifest has it. */
export function containerObject(workload: DemoWorkload, image: string): RawContainer {
  const { command, args, privileged, hardened } = workload;
  return {
    name: workload.container ?? workload.name,
    image,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    resources: { requests: quantities(workload.requests), limits: quantities(workload.limits) },
    ...(privileged === true ? { securityContext: { privileged: true } } : {}),
    ...(hardened === true ? { securityContext: RESTRICTED } : {}),
  };
}

/** What the restricted Pod Security profile asks for, and a root that cannot be written. */
const RESTRICTED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  seccompProfile: { type: 'RuntimeDefault' },
} satisfies RawContainer['securityContext'];

/** Resources in Kubernetes' quantities. */
function quantities({ cpu, ramMiB, gpu }: Resources): Readonly<Record<string, string>> {
  return {
    ...(cpu === undefined ? {} : { cpu: `${Math.round(cpu * 1000)}m` }),
    ...(ramMiB === undefined ? {} : { memory: `${ramMiB}Mi` }),
    ...(gpu === undefined ? {} : { 'nvidia.com/gpu': String(gpu) }),
  };
}
