import { nodeFacts } from '../../model/nodeFacts.ts';
import type { ClusterObjects } from '../../model/clusterObjects.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** Something that depends on more than usage; see the table in docs/workload-sources.md. */
export interface Feature {
  readonly name: string;
  /** True where a window has what it needs. */
  readonly isThere: (snapshot: Snapshot) => boolean;
  /** Resources that the API or a file has to give. */
  readonly resources: readonly string[];
  /** What kube-state-metrics would have to be started with instead; null where it cannot give it. */
  readonly allowList: string | null;
  /** Only with `workloads.clusterReview`. */
  readonly isReview?: boolean;
}

/** What a cluster may or may not let Burnwatch do, in the order of the table. */
export const FEATURES: readonly Feature[] = [
  {
    name: 'owners named on namespaces and pods',
    isThere: ({ pods, namespaces }) =>
      [...pods, ...namespaces.values()].some(
        ({ labels, annotations }) => hasAny(labels) || hasAny(annotations),
      ),
    resources: ['pods', 'namespaces'],
    allowList:
      '--metric-labels-allowlist=pods=[*],namespaces=[*] --metric-annotations-allowlist=namespaces=[*]',
  },
  {
    name: 'owners named on workloads themselves',
    isThere: ({ workloads }) => (workloads?.size ?? 0) > 0,
    resources: ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'cronjobs.batch'],
    allowList: null,
  },
  {
    name: 'instance type, region and capacity type of nodes',
    isThere: ({ nodes }) => nodes.some((node) => nodeFacts(node).instanceType !== null),
    resources: ['nodes'],
    allowList: '--metric-labels-allowlist=nodes=[*]',
  },
  {
    name: 'signatures in commands, arguments and environment',
    isThere: hasSpecs,
    resources: ['pods'],
    allowList: null,
  },
  {
    name: 'security settings of containers',
    isThere: hasSpecs,
    resources: ['pods'],
    allowList: null,
  },
  {
    name: 'autoscalers',
    isThere: tells('horizontalpodautoscalers.autoscaling'),
    resources: ['horizontalpodautoscalers.autoscaling'],
    allowList: null,
  },
  {
    name: 'quotas and limit ranges',
    isThere: tells('resourcequotas', 'limitranges'),
    resources: ['resourcequotas', 'limitranges'],
    allowList: null,
  },
  {
    name: 'disruption budgets',
    isThere: tells('poddisruptionbudgets.policy'),
    resources: ['poddisruptionbudgets.policy'],
    allowList: null,
  },
  ...[
    {
      name: 'review of access (roles, bindings, service accounts)',
      resources: [
        'serviceaccounts',
        ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
          (resource) => `${resource}.rbac.authorization.k8s.io`,
        ),
      ],
    },
    {
      name: 'review of the network (NetworkPolicies, Ingresses, Services)',
      resources: ['networkpolicies.networking.k8s.io', 'ingresses.networking.k8s.io', 'services'],
    },
    {
      name: 'review of admission (webhooks, admission policies)',
      resources: [
        'validatingwebhookconfigurations',
        'mutatingwebhookconfigurations',
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
      ].map((resource) => `${resource}.admissionregistration.k8s.io`),
    },
  ].map(({ name, resources }) => ({
    name,
    isThere: tells(...resources),
    resources,
    allowList: null,
    isReview: true,
  })),
  {
    name: 'desired replicas',
    isThere: tells('deployments.apps', 'statefulsets.apps'),
    resources: ['deployments.apps', 'statefulsets.apps'],
    allowList: null,
  },
  {
    name: 'changes of the command line',
    isThere: hasSpecs,
    resources: ['pods'],
    allowList: null,
  },
];

function hasAny(pairs: Readonly<Record<string, string>>): boolean {
  return Object.keys(pairs).length > 0;
}

function hasSpecs({ pods }: Snapshot): boolean {
  return pods.some(({ spec }) => spec !== null);
}

/** True where none of these lists is missing: an empty one is known to be empty. */
function tells(...resources: readonly string[]): (snapshot: Snapshot) => boolean {
  return ({ objects }) => {
    const known: ClusterObjects | null = objects ?? null;
    return known !== null && !resources.some((name) => known.missing.includes(name));
  };
}
