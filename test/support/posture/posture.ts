import { DAY_MS } from '../../../src/model/time.ts';
import { noObjects, type ClusterObjects } from '../../../src/model/clusterObjects.ts';
import type { ContainerSpecFacts, PodSpecFacts } from '../../../src/model/podSpec.ts';
import type {
  PostureContainer,
  PostureInput,
  PosturePod,
} from '../../../src/detect/posture/postureInput.ts';

/** A container about which no check complains. For tests. */
export function goodSpec(change: Partial<ContainerSpecFacts> = {}): ContainerSpecFacts {
  return {
    name: 'app',
    role: 'main',
    image: `registry.example/app:1.2@sha256:${'0a'.repeat(32)}`,
    command: [],
    args: [],
    env: [],
    ports: [],
    privileged: false,
    addedCapabilities: [],
    runAsRoot: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    seccompProfile: 'RuntimeDefault',
    hugePagesBytes: 0,
    requests: {},
    limits: {},
    ...change,
  };
}

export function goodPodSpec(change: Partial<PodSpecFacts> = {}): PodSpecFacts {
  return {
    serviceAccount: null,
    tokenMounted: false,
    isWindows: false,
    resources: null,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    hostPaths: [],
    priorityClass: null,
    qosClass: null,
    containers: [goodSpec()],
    ...change,
  };
}

const ALL = ['cpu', 'memory', 'ephemeral-storage'];

export function goodContainer(change: Partial<PostureContainer> = {}): PostureContainer {
  return {
    name: 'app',
    role: 'main',
    image: `registry.example/app:1.2@sha256:${'0a'.repeat(32)}`,
    requests: { cpu: 0.1, memory: 2 ** 27, 'ephemeral-storage': 2 ** 30 },
    limits: { cpu: 1, memory: 2 ** 28 },
    known: { requests: ALL, limits: ALL },
    spec: goodSpec(),
    ...change,
  };
}

export function goodPod(change: Partial<PosturePod> = {}): PosturePod {
  return {
    namespace: 'shop',
    name: 'web-1',
    workload: { kind: 'Deployment', name: 'web' },
    labels: { app: 'web' },
    spec: goodPodSpec(),
    containers: [goodContainer()],
    ...change,
  };
}

export function goodObjects(change: Partial<ClusterObjects> = {}): ClusterObjects {
  const named = { namespace: 'shop', name: 'it' };
  return {
    ...noObjects(0),
    workloads: [
      {
        namespace: 'shop',
        workload: { kind: 'Deployment', name: 'web' },
        labels: {},
        annotations: {},
        replicas: 3,
        createdAt: null,
      },
    ],
    quotas: [{ ...named, hard: { 'requests.cpu': 4 }, used: { 'requests.cpu': 2 }, scoped: false }],
    limitRanges: [{ ...named, defaultLimit: {}, defaultRequest: {}, min: {}, max: {} }],
    disruptionBudgets: [
      {
        ...named,
        selectsNone: false,
        matchLabels: { app: 'web' },
        matchExpressions: [],
        minAvailable: '1',
        maxUnavailable: null,
      },
    ],
    networkPolicies: [
      {
        ...named,
        podSelector: { matchLabels: {}, matchExpressions: [] },
        ingress: [],
        egress: [],
      },
    ],
    ...change,
  };
}

/** A namespace that passes every check. */
export function goodInput(change: Partial<PostureInput> = {}): PostureInput {
  return {
    namespaces: ['shop'],
    namespaceLabels: new Map([['shop', { 'pod-security.kubernetes.io/enforce': 'restricted' }]]),
    pods: [goodPod()],
    objects: goodObjects(),
    nodes: [{ cpuCores: 4, ramBytes: 2 ** 34 }],
    use: new Map([['shop', { cpuCores: 1, ramBytes: 2 ** 30 }]]),
    calls: { since: 0, last: 40 * DAY_MS, users: new Map() },
    ...change,
  };
}
