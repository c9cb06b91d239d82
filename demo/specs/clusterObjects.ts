import type { DemoCluster } from '../cluster/cluster.ts';
import { NAMESPACES, OWNER_ANNOTATION } from '../cluster/namespaces.ts';
import { NODES, nodeLabels } from '../cluster/nodes.ts';
import type { DemoPod } from '../cluster/pods.ts';
import type { DemoWorkload } from '../cluster/workload.ts';
import type { RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { DAY_MS, formatTime, type TimeMs } from '../../src/model/time.ts';
import { seedOf, uuid } from '../noise.ts';
import { LOAD_BALANCERS } from '../series/kubeStorage.ts';
import { claimName } from '../series/kubePods.ts';
import { loadBalancerHost } from '../series/labels.ts';
import { appLabels, containerObject, podObject } from './podObject.ts';

/** A list of objects, as kubectl prints it. */
export interface ObjectList {
  readonly apiVersion: 'v1';
  readonly kind: 'List';
  readonly items: readonly RawObject[];
}

/** What `kubectl get pods,nodes,namespaces,deployments,… -A -o json` would print at a moment. */
export function clusterObjects(cluster: DemoCluster, at: TimeMs): ObjectList {
  const pods = cluster.pods({ start: at - 1, end: at });
  const { start } = cluster.scenario;
  const born = formatTime(start - 200 * DAY_MS);
  const items = [
    ...pods.map((pod) => podObject(pod, at)),
    ...NODES.map((node) => nodeObject(node, born)),
    ...NAMESPACES.flatMap((namespace) => namespaceObjects(namespace, born)),
    ...owners(pods),
    ...cluster.workloads
      .filter(({ kind, since = start }) => kind !== 'Job' && since <= at)
      .map((workload) => workloadObject(workload, at, born)),
    ...claims(pods, born),
    ...LOAD_BALANCERS.map((service) => serviceObject(service, born)),
    ...POLICIES,
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

function nodeObject(node: (typeof NODES)[number], creationTimestamp: string): RawObject {
  const { name, cpuCores, ramBytes, gpus } = node;
  const sizes = (share: number): Readonly<Record<string, string>> => ({
    cpu: `${Math.round(cpuCores * share * 1000)}m`,
    memory: `${Math.round((ramBytes * share) / 1024)}Ki`,
    pods: '58',
    ...(gpus === 0 ? {} : { 'nvidia.com/gpu': String(gpus) }),
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: uuid(seedOf(name)), creationTimestamp, labels: nodeLabels(node) },
    spec: { providerID: node.providerId },
    status: { capacity: sizes(1), allocatable: sizes(0.96) },
  };
}

function namespaceObjects(
  { name, owner, labels, quota }: (typeof NAMESPACES)[number],
  creationTimestamp: string,
): readonly RawObject[] {
  const annotations = owner === null ? {} : { [OWNER_ANNOTATION]: owner };
  const uid = uuid(seedOf(`namespace/${name}`));
  const metadata = { name, uid, creationTimestamp, labels, annotations };
  const namespace: RawObject = { apiVersion: 'v1', kind: 'Namespace', metadata };
  if (quota === null) return [namespace];
  const hard = { 'requests.cpu': String(quota.cpu), 'requests.memory': `${quota.ramGiB}Gi` };
  return [
    namespace,
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'compute', namespace: name, creationTimestamp },
      spec: { hard },
    },
  ];
}

/** ReplicaSets and Jobs: what stands between pods and workloads. */
function owners(pods: readonly DemoPod[]): readonly RawObject[] {
  const found = new Map<string, RawObject>();
  for (const { owner, grandOwner, workload, createdAt } of pods) {
    if (owner.kind !== 'ReplicaSet' && owner.kind !== 'Job') continue;
    const key = `${workload.namespace}/${owner.kind}/${owner.name}`;
    if (found.has(key)) continue;
    found.set(key, {
      apiVersion: owner.kind === 'Job' ? 'batch/v1' : 'apps/v1',
      kind: owner.kind,
      metadata: {
        name: owner.name,
        namespace: workload.namespace,
        uid: uuid(seedOf(key)),
        creationTimestamp: formatTime(createdAt),
        ...(grandOwner === null ? {} : { ownerReferences: [{ ...grandOwner, controller: true }] }),
      },
    });
  }
  return [...found.values()];
}

function workloadObject(workload: DemoWorkload, at: TimeMs, born: string): RawObject {
  const { kind, namespace, name, replicas = 1, since, releases = [] } = workload;
  const image = releases.findLast((release) => release.at <= at)?.image ?? workload.image;
  const labels = appLabels(workload);
  const template = {
    metadata: { labels },
    spec: { containers: [containerObject(workload, image)] },
  };
  const hasReplicas = kind === 'Deployment' || kind === 'StatefulSet';
  return {
    apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: {
      name,
      namespace,
      uid: uuid(seedOf(`${namespace}/${kind}/${name}`)),
      creationTimestamp: since === undefined ? born : formatTime(since),
      labels,
    },
    spec:
      kind === 'CronJob'
        ? { jobTemplate: { spec: { template } } }
        : { ...(hasReplicas ? { replicas } : {}), selector: { matchLabels: labels }, template },
  };
}

function claims(pods: readonly DemoPod[], creationTimestamp: string): readonly RawObject[] {
  return pods.flatMap((pod) => {
    const { claim, namespace } = pod.workload;
    if (claim === undefined) return [];
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claimName(pod), namespace, creationTimestamp },
        spec: {
          storageClassName: 'gp3',
          resources: { requests: { storage: `${claim.gib}Gi` } },
        },
        status: { phase: 'Bound', capacity: { storage: `${claim.gib}Gi` } },
      },
    ];
  });
}

function serviceObject(
  { namespace, service, app }: (typeof LOAD_BALANCERS)[number],
  creationTimestamp: string,
): RawObject {
  const seed = seedOf(`${namespace}/${service}`);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace, uid: uuid(seed), creationTimestamp },
    spec: {
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': app },
      ports: [{ port: 443 }],
    },
    status: { loadBalancer: { ingress: [{ hostname: loadBalancerHost(seedOf(uuid(seed))) }] } },
  };
}

/** An autoscaler, a limit range and a disruption budget: one of each. */
const POLICIES: readonly RawObject[] = [
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'frontend', namespace: 'online-boutique' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' },
      minReplicas: 2,
      maxReplicas: 6,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
    status: { currentReplicas: 2, desiredReplicas: 2 },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults', namespace: 'payments' },
    spec: {
      limits: [
        { type: 'Container', defaultRequest: { cpu: '100m' }, max: { cpu: '4', memory: '8Gi' } },
      ],
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'frontend', namespace: 'online-boutique' },
    spec: { minAvailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'frontend' } } },
  },
];
