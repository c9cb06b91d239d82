import type {
  RawContainer,
  RawMetadata,
  RawObject,
} from '../../../src/collect/kubernetes/rawObjects.ts';

/** Looked for in everything that Burnwatch writes, prints or sends: none of it may be found. */
export const CANARIES = [
  'canary-env-value-9d1c',
  'canary-argument-77ab',
  'canary-command-50fe',
  'canary-annotation-c2d8',
  'canary-wallet-31aa',
] as const;
const [ENV, ARGUMENT, COMMAND, ANNOTATION, WALLET] = CANARIES;

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CREATED = '2024-10-01T08:00:00Z';
const seed = { next: 0 };

function uid(): string {
  seed.next += 1;
  return `00000000-0000-4000-8000-${seed.next.toString(16).padStart(12, '0')}`;
}

function object(
  apiVersion: string,
  kind: string,
  metadata: RawMetadata,
  rest: object = {},
): RawObject {
  return {
    apiVersion,
    kind,
    metadata: { uid: uid(), creationTimestamp: CREATED, ...metadata },
    ...rest,
  };
}

interface PodShape {
  readonly owner: readonly [kind: string, name: string] | null;
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly container?: RawContainer;
}

function pod(
  namespace: string,
  name: string,
  { owner, node = 'node-a', labels, spec, container }: PodShape,
): RawObject {
  const [kind, ownerName] = owner ?? [];
  const main: RawContainer = {
    name: 'app',
    image: 'registry.example/app:1.2',
    command: ['/bin/app', COMMAND],
    args: [`--key=${ARGUMENT}`],
    env: [{ name: 'API_TOKEN', value: ENV }],
    resources: {
      requests: { cpu: '250m', memory: '256Mi' },
      limits: { cpu: '1', memory: '512Mi' },
    },
    ...container,
  };
  return object(
    'v1',
    'Pod',
    {
      name,
      namespace,
      labels: { app: name.replace(/-.*/, ''), ...labels },
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': `{"env":"${ANNOTATION}"}`,
        note: ANNOTATION,
      },
      ...(kind !== undefined && {
        ownerReferences: [{ kind, name: ownerName ?? '', controller: true }],
      }),
    },
    {
      spec: { nodeName: node, serviceAccountName: 'default', containers: [main], ...spec },
      status: {
        phase: 'Running',
        qosClass: 'Burstable',
        containerStatuses: [
          { name: main.name, restartCount: 0, state: { running: { startedAt: CREATED } } },
        ],
      },
    },
  );
}

const MIGRATE = { name: 'migrate', image: 'registry.example/migrate:3' };
const PROXY = {
  name: 'proxy',
  image: 'registry.example/proxy:9',
  restartPolicy: 'Always',
  resources: { requests: { cpu: '50m', memory: '64Mi' } },
};
/** A miner by its arguments alone: image and name say nothing. */
const MINER: RawContainer = {
  image: 'registry.example/cache:4',
  command: ['/usr/bin/warm'],
  args: ['-o', 'stratum+tcp://pool.example:3333', '-u', WALLET, '--donate-level', '1'],
};

const controlled = (kind: string, name: string) => ({
  ownerReferences: [{ kind, name, controller: true }],
});
const node = (name: string, type: string, more: Readonly<Record<string, string>> = {}) =>
  object(
    'v1',
    'Node',
    {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'node.kubernetes.io/instance-type': type,
        'topology.kubernetes.io/region': 'eu-central-1',
        ...more,
      },
    },
    {
      spec: { providerID: `aws:///eu-central-1a/i-${name}` },
      status: {
        capacity: { cpu: '8', memory: '32Gi', pods: '58' },
        allocatable: { cpu: '7900m', memory: '30Gi', pods: '58' },
      },
    },
  );

/** Objects of a small cluster in which every kind of owner occurs, each with its secrets in the wrong places. */
export const STATED_OBJECTS: readonly RawObject[] = [
  node('node-a', 'm5.2xlarge'),
  node('node-b', 'm5.2xlarge', { 'eks.amazonaws.com/capacityType': 'SPOT' }),
  object('v1', 'Namespace', { name: 'shop', annotations: { 'burnwatch.io/owner': 'team-shop' } }),
  object('v1', 'Namespace', { name: 'jobs', labels: { team: 'data' } }),
  object('v1', 'Namespace', { name: 'kube-system', labels: { owner: 'platform' } }),
  object('v1', 'Namespace', { name: 'fn' }),
  ...['x2x4z', 'q7k8v'].map((suffix) =>
    pod('shop', `web-6d4cf56db6-${suffix}`, {
      owner: ['ReplicaSet', 'web-6d4cf56db6'],
      spec: { initContainers: [MIGRATE, PROXY] },
    }),
  ),
  object('apps/v1', 'ReplicaSet', {
    name: 'web-6d4cf56db6',
    namespace: 'shop',
    ...controlled('Deployment', 'web'),
  }),
  object('apps/v1', 'Deployment', { name: 'web', namespace: 'shop' }, { spec: { replicas: 2 } }),
  pod('shop', 'db-0', {
    owner: ['StatefulSet', 'db'],
    spec: { volumes: [{ persistentVolumeClaim: { claimName: 'data-db-0' } }] },
  }),
  object('apps/v1', 'StatefulSet', { name: 'db', namespace: 'shop' }, { spec: { replicas: 1 } }),
  object(
    'v1',
    'PersistentVolumeClaim',
    { name: 'data-db-0', namespace: 'shop' },
    {
      spec: {
        storageClassName: 'gp3',
        volumeName: 'pv-1',
        resources: { requests: { storage: '10Gi' } },
      },
      status: { phase: 'Bound' },
    },
  ),
  pod('shop', 'canary-5f6d8c7b9d-zz2v4', {
    owner: ['ReplicaSet', 'canary-5f6d8c7b9d'],
    node: 'node-b',
  }),
  object('apps/v1', 'ReplicaSet', {
    name: 'canary-5f6d8c7b9d',
    namespace: 'shop',
    ...controlled('Rollout', 'canary'),
  }),
  object(
    'argoproj.io/v1alpha1',
    'Rollout',
    { name: 'canary', namespace: 'shop' },
    { spec: { replicas: 1 } },
  ),
  object(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { name: 'web', namespace: 'shop' },
    {
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 4,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
      status: { currentReplicas: 2 },
    },
  ),
  object(
    'v1',
    'ResourceQuota',
    { name: 'all', namespace: 'shop' },
    {
      status: { hard: { 'requests.cpu': '8' }, used: { 'requests.cpu': '1250m' } },
    },
  ),
  object(
    'v1',
    'LimitRange',
    { name: 'defaults', namespace: 'shop' },
    {
      spec: { limits: [{ type: 'Container', max: { cpu: '4' } }] },
    },
  ),
  object(
    'policy/v1',
    'PodDisruptionBudget',
    { name: 'web', namespace: 'shop' },
    {
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    },
  ),
  object(
    'v1',
    'Service',
    { name: 'web', namespace: 'shop' },
    { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
  ),
  object('v1', 'ServiceAccount', { name: 'web', namespace: 'shop' }),
  object(`${RBAC}/v1`, 'Role', { name: 'web', namespace: 'shop' }, { rules: [] }),
  object(
    `${RBAC}/v1`,
    'RoleBinding',
    { name: 'web', namespace: 'shop' },
    {
      roleRef: { kind: 'Role', name: 'web' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
    },
  ),
  object(`${RBAC}/v1`, 'ClusterRole', { name: 'nodes' }, { rules: [] }),
  object(
    `${RBAC}/v1`,
    'ClusterRoleBinding',
    { name: 'nodes' },
    { roleRef: { kind: 'ClusterRole', name: 'nodes' }, subjects: [{ kind: 'Group', name: 'ops' }] },
  ),
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { name: 'web', namespace: 'shop' },
    { spec: { podSelector: { matchLabels: { app: 'web' } } } },
  ),
  object(
    'networking.k8s.io/v1',
    'Ingress',
    { name: 'web', namespace: 'shop' },
    { spec: { rules: [{ host: 'shop.example.com' }] } },
  ),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) =>
    object(`${ADMISSION}/v1`, kind, { name: 'policy' }, { webhooks: [{ name: 'policy.shop' }] }),
  ),
  object(`${ADMISSION}/v1`, 'ValidatingAdmissionPolicy', { name: 'requests' }),
  object(
    `${ADMISSION}/v1`,
    'ValidatingAdmissionPolicyBinding',
    { name: 'requests' },
    { spec: { policyName: 'requests', validationActions: ['Warn'] } },
  ),
  pod('kube-system', 'kube-proxy-b9xzl', {
    owner: ['DaemonSet', 'kube-proxy'],
    spec: { hostNetwork: true },
  }),
  object('apps/v1', 'DaemonSet', { name: 'kube-proxy', namespace: 'kube-system' }),
  pod('kube-system', 'etcd-node-a', { owner: ['Node', 'node-a'] }),
  pod('jobs', 'report-29400000-v6tkz', { owner: ['Job', 'report-29400000'] }),
  object('batch/v1', 'Job', {
    name: 'report-29400000',
    namespace: 'jobs',
    ...controlled('CronJob', 'report'),
  }),
  object('batch/v1', 'CronJob', { name: 'report', namespace: 'jobs' }),
  pod('jobs', 'debug', { owner: null }),
  pod('jobs', 'build-run-x7k2p-pod', {
    owner: ['TaskRun', 'build-run-x7k2p'],
    container: { name: 'app', image: 'ghcr.io/acme/build:v3' },
  }),
  pod('jobs', 'etl-20261124-driver', {
    owner: ['SparkApplication', 'etl-20261124'],
    container: { name: 'app', image: 'ghcr.io/acme/etl:v1' },
  }),
  pod('fn', 'hello-00001-deployment-7c9d8f6b5c-dd2vx', {
    owner: ['ReplicaSet', 'hello-00001-deployment-7c9d8f6b5c'],
    node: 'node-b',
  }),
  object('apps/v1', 'ReplicaSet', {
    name: 'hello-00001-deployment-7c9d8f6b5c',
    namespace: 'fn',
    ...controlled('Deployment', 'hello-00001-deployment'),
  }),
  object(
    'apps/v1',
    'Deployment',
    { name: 'hello-00001-deployment', namespace: 'fn' },
    { spec: { replicas: 1 } },
  ),
  object('serving.knative.dev/v1', 'Service', {
    name: 'hello',
    namespace: 'fn',
    annotations: { 'a8r.io/owner': 'fn-team@example.com' },
  }),
  pod('fn', 'warmer-6c5d7f8b9c-k4k6h', {
    owner: ['ReplicaSet', 'warmer-6c5d7f8b9c'],
    node: 'node-b',
    container: MINER,
    labels: { team: 'fn' },
  }),
  object('apps/v1', 'ReplicaSet', {
    name: 'warmer-6c5d7f8b9c',
    namespace: 'fn',
    ...controlled('Deployment', 'warmer'),
  }),
  object('apps/v1', 'Deployment', { name: 'warmer', namespace: 'fn' }, { spec: { replicas: 1 } }),
];

/** Every workload of the cluster, as Burnwatch is to know it. */
export const STATED_WORKLOADS = [
  'fn/Deployment/warmer',
  'fn/KnativeService/hello',
  'jobs/CronJob/report',
  'jobs/Pod/debug',
  'jobs/SparkApplication/etl',
  'jobs/TaskRun/build-run',
  'kube-system/DaemonSet/kube-proxy',
  'kube-system/StaticPod/etcd',
  'shop/Deployment/web',
  'shop/Rollout/canary',
  'shop/StatefulSet/db',
] as const;
