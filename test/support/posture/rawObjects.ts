import type { RawObject } from '../../../src/collect/kubernetes/rawObjects.ts';

/** Objects as `kubectl get -o json` writes them, with fields that `RawObject` does not name. */
export type AnyObject = RawObject & Readonly<Record<string, unknown>>;

type Labels = Readonly<Record<string, string>>;

const RBAC = 'rbac.authorization.k8s.io';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

function object(
  apiVersion: string,
  kind: string,
  namespace: string | null,
  name: string,
  rest: object = {},
  metadata: object = {},
): AnyObject {
  return {
    apiVersion,
    kind,
    metadata: { ...(namespace !== null && { namespace }), name, ...metadata },
    ...rest,
  };
}

/** A namespace that enforces the Pod Security Standard `restricted`, unless other labels are given. */
export function namespaceOf(
  name: string,
  labels: Labels = { 'pod-security.kubernetes.io/enforce': 'restricted' },
): AnyObject {
  return object('v1', 'Namespace', null, name, {}, { labels });
}

/** `get,list@/secrets` or `*@apps/deployments:one,two`: verbs, group, resources and names of a rule. */
function rule(text: string): object {
  const [verbs = '', target = ''] = text.split('@');
  const [, path = '', names] = /^([^:]*)(?::(.*))?$/.exec(target) ?? [];
  const slash = path.indexOf('/');
  return {
    verbs: verbs.split(','),
    apiGroups: [path.slice(0, slash)],
    resources: path.slice(slash + 1).split(','),
    ...(names !== undefined && { resourceNames: names.split(',') }),
  };
}

/** A Role, or without a namespace a ClusterRole. */
export function role(
  namespace: string | null,
  name: string,
  rules: readonly string[],
  more: { readonly labels?: Labels; readonly aggregates?: Labels } = {},
): AnyObject {
  const { labels, aggregates } = more;
  return object(
    `${RBAC}/v1`,
    namespace === null ? 'ClusterRole' : 'Role',
    namespace,
    name,
    {
      rules: rules.length === 0 ? null : rules.map(rule),
      ...(aggregates && {
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregates }] },
      }),
    },
    labels === undefined ? {} : { labels },
  );
}

/** A RoleBinding, or without a namespace a ClusterRoleBinding. `of`: a ClusterRole or `Role:NAME`. Subjects: `ci/builder`, `User:jane`, `Group:devs`. */
export function binding(
  namespace: string | null,
  name: string,
  of: string,
  ...subjects: readonly string[]
): AnyObject {
  const [kind, roleName] = of.startsWith('Role:') ? ['Role', of.slice(5)] : ['ClusterRole', of];
  return object(
    `${RBAC}/v1`,
    namespace === null ? 'ClusterRoleBinding' : 'RoleBinding',
    namespace,
    name,
    {
      roleRef: { apiGroup: RBAC, kind, name: roleName },
      subjects: subjects.map((subject) => {
        const human = /^(User|Group):(.*)$/.exec(subject);
        if (human) return { kind: human[1], apiGroup: RBAC, name: human[2] };
        const [home, account] = subject.split('/');
        return { kind: 'ServiceAccount', namespace: home, name: account };
      }),
    },
  );
}

export function serviceAccount(namespace: string, name: string, more: object = {}): AnyObject {
  return object('v1', 'ServiceAccount', namespace, name, {
    automountServiceAccountToken: false,
    ...more,
  });
}

/** A pod in good order of the Deployment `app`; `mounts` gives it its service account's token. */
export function podOf(
  namespace: string,
  app: string,
  more: {
    readonly spec?: object;
    readonly container?: object;
    readonly account?: string;
    readonly mounts?: boolean;
    readonly labels?: Labels;
  } = {},
): AnyObject {
  const { spec, container, account = 'app', mounts = false, labels } = more;
  const token = {
    name: 'token',
    projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
  };
  return object(
    'v1',
    'Pod',
    namespace,
    `${app}-5d9f7c6b8-x2x4z`,
    {
      spec: {
        serviceAccountName: account,
        nodeName: 'node-1',
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        ...(mounts && { volumes: [token] }),
        containers: [
          {
            name: 'app',
            image: `registry.example/${app}:1.4@${DIGEST}`,
            ports: [{ name: 'http', containerPort: 8080 }],
            resources: {
              requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '1Gi' },
              limits: { cpu: '1', memory: '128Mi' },
            },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            ...(mounts && {
              volumeMounts: [
                { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
              ],
            }),
            ...container,
          },
        ],
        ...spec,
      },
      status: { phase: 'Running' },
    },
    {
      uid: `${namespace}/${app}`,
      labels: { app, 'pod-template-hash': '5d9f7c6b8', ...labels },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${app}-5d9f7c6b8`, controller: true }],
    },
  );
}

export function replicaSetOf(namespace: string, app: string): AnyObject {
  return object(
    'apps/v1',
    'ReplicaSet',
    namespace,
    `${app}-5d9f7c6b8`,
    {},
    {
      ownerReferences: [{ kind: 'Deployment', name: app, controller: true }],
    },
  );
}

export function deploymentOf(namespace: string, app: string): AnyObject {
  return object('apps/v1', 'Deployment', namespace, app, {
    spec: { replicas: 1, template: { metadata: { labels: { app } } } },
  });
}

export function networkPolicy(namespace: string, name: string, spec: object): AnyObject {
  return object('networking.k8s.io/v1', 'NetworkPolicy', namespace, name, { spec });
}

/** Isolates every pod in both directions and lets DNS through. */
export function defaultDeny(namespace: string): readonly AnyObject[] {
  return [
    networkPolicy(namespace, 'default-deny', {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    }),
    networkPolicy(namespace, 'dns', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    }),
  ];
}

export function serviceOf(
  namespace: string,
  name: string,
  spec: object = {},
  annotations: Labels = {},
): AnyObject {
  return object(
    'v1',
    'Service',
    namespace,
    name,
    { spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80 }], ...spec } },
    { annotations },
  );
}

/** Hosts that it routes, and the entries of `tls`. */
export function ingressOf(
  namespace: string,
  name: string,
  hosts: readonly (string | undefined)[],
  tls: readonly object[] = [],
  annotations: Labels = {},
): AnyObject {
  const backend = { service: { name: 'app', port: { number: 80 } } };
  return object(
    'networking.k8s.io/v1',
    'Ingress',
    namespace,
    name,
    {
      spec: {
        rules: hosts.map((host) => ({
          ...(host !== undefined && { host }),
          http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
        })),
        ...(tls.length > 0 && { tls }),
      },
    },
    { annotations },
  );
}

export function quotaOf(namespace: string): AnyObject {
  const amounts = { 'requests.cpu': '20', 'requests.memory': '40Gi' };
  return object('v1', 'ResourceQuota', namespace, 'quota', {
    spec: { hard: amounts },
    status: { hard: amounts, used: { 'requests.cpu': '1', 'requests.memory': '1Gi' } },
  });
}

export function limitRangeOf(namespace: string): AnyObject {
  return object('v1', 'LimitRange', namespace, 'defaults', {
    spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m', memory: '128Mi' } }] },
  });
}

/** A webhook configuration with one webhook. */
export function webhooks(
  kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration',
  name: string,
  webhook: object,
): AnyObject {
  return object('admissionregistration.k8s.io/v1', kind, null, name, {
    webhooks: [{ name: `${name}.example.com`, ...webhook }],
  });
}

export function admissionPolicy(name: string, spec: object): AnyObject {
  return object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', null, name, {
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      validations: [{ expression: 'true' }],
      ...spec,
    },
  });
}

export function admissionBinding(
  name: string,
  policyName: string,
  actions: readonly string[],
): AnyObject {
  return object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', null, name, {
    spec: { policyName, validationActions: actions },
  });
}

export function nodeOf(name: string, providerID?: string): AnyObject {
  return object('v1', 'Node', null, name, {
    spec: { ...(providerID !== undefined && { providerID }) },
    status: {
      capacity: { cpu: '16', memory: '64Gi' },
      allocatable: { cpu: '16', memory: '64Gi' },
    },
  });
}
