import {
  admissionBinding,
  admissionPolicy,
  binding,
  defaultDeny,
  deploymentOf,
  ingressOf,
  limitRangeOf,
  namespaceOf,
  networkPolicy,
  podOf,
  quotaOf,
  replicaSetOf,
  role,
  serviceAccount,
  serviceOf,
  webhooks,
  type AnyObject,
} from './rawObjects.ts';

/**
 * Mistakes and near-misses, written from the texts of the CIS Kubernetes Benchmark 1.9 (5.1, 5.2.1, 5.3.2, 5.7.4,
 * 1.2.3), the NSA/CISA Kubernetes Hardening Guidance 1.2 and the Kubernetes documentation of each object, before the
 * checks were written. An object is named `KIND NAMESPACE/NAME`, a pod by its workload.
 */
export interface Planted {
  /** The recommendation: `CIS 5.1.2`, or a rule of the NSA/CISA guide or of Kubernetes' documentation. */
  readonly rule: string;
  readonly objects: readonly AnyObject[];
  /** What breaks the rule. */
  readonly mistakes?: readonly string[];
  /** What looks like it and does not, with the reason. */
  readonly nearMisses?: Readonly<Record<string, string>>;
}

/** A namespace in good order; what is planted is added to it, or stands in the place of a part of it. */
export function tidy(
  namespace: string,
  options: {
    readonly policies?: readonly AnyObject[];
    readonly defaultAccount?: object;
    readonly labels?: Readonly<Record<string, string>>;
    readonly limits?: readonly AnyObject[];
  } = {},
): readonly AnyObject[] {
  const { policies = defaultDeny(namespace), defaultAccount = {}, labels, limits } = options;
  return [
    namespaceOf(namespace, labels),
    ...(limits ?? [quotaOf(namespace), limitRangeOf(namespace)]),
    serviceAccount(namespace, 'default', defaultAccount),
    serviceAccount(namespace, 'app'),
    ...policies,
  ];
}

/** A Deployment with its ReplicaSet and one pod. */
export function running(
  namespace: string,
  app: string,
  more: Parameters<typeof podOf>[2] = {},
): readonly AnyObject[] {
  return [deploymentOf(namespace, app), replicaSetOf(namespace, app), podOf(namespace, app, more)];
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

/** A service account of a tidy namespace with these rules, in the namespace or (`cluster`) in all of them. */
function granted(
  account: string,
  rules: readonly string[],
  scope: 'cluster' | 'namespace' = 'cluster',
): readonly AnyObject[] {
  const [namespace = '', name = ''] = account.split('/');
  const home = scope === 'cluster' ? null : namespace;
  const called = `${namespace}-${name}`;
  return [
    serviceAccount(namespace, name),
    role(home, called, rules),
    binding(home, called, home === null ? called : `Role:${called}`, account),
  ];
}

function account(name: string): string {
  return `ServiceAccount ${name}`;
}

const ACCESS: readonly Planted[] = [
  {
    rule: 'CIS 5.1.1',
    objects: [
      ...tidy('ops'),
      serviceAccount('ops', 'bot'),
      binding(null, 'ops-bot', 'cluster-admin', 'ops/bot'),
      binding(null, 'contractors', 'cluster-admin', 'Group:contractors', 'User:jane'),
      // The same under another name.
      ...granted('ops/everything', ['*@*/*']),
      role(null, 'cluster-admin', ['*@*/*']),
      binding(null, 'cluster-admin', 'cluster-admin', 'Group:system:masters'),
      binding(null, 'kubeadm:cluster-admins', 'cluster-admin', 'Group:kubeadm:cluster-admins'),
      role(null, 'nobody-has-this', ['*@*/*']),
    ],
    mistakes: [account('ops/bot'), 'Group contractors', 'User jane', account('ops/everything')],
    nearMisses: {
      'Group system:masters': 'the binding that Kubernetes makes',
      'Group kubeadm:cluster-admins': 'the binding that kubeadm makes',
      'ClusterRole nobody-has-this': 'is bound to nobody',
    },
  },
  {
    rule: 'CIS 5.1.2',
    objects: [
      ...tidy('vault'),
      ...granted('vault/reader', ['get,list,watch@/secrets']),
      ...granted('vault/lister', ['list@/configmaps,secrets'], 'namespace'),
      ...granted('vault/watcher', ['watch@/secrets']),
      ...granted('vault/one', ['get@/secrets:tls'], 'namespace'),
      ...granted('vault/writer', ['create@/secrets'], 'namespace'),
      ...granted('vault/external', ['get,list@external-secrets.io/secrets']),
      ...granted('vault/apps', ['get,list@apps/secrets']),
      ...granted('vault/maps', ['get,list,watch@/configmaps']),
      // What an aggregated ClusterRole gathers counts, whether or not the controller has written its rules yet.
      serviceAccount('vault', 'aggregate'),
      role(null, 'monitoring', [], { aggregates: { 'example.com/to-monitoring': 'true' } }),
      role(null, 'monitoring-secrets', ['get,list@/secrets'], {
        labels: { 'example.com/to-monitoring': 'true' },
      }),
      binding(null, 'monitoring', 'monitoring', 'vault/aggregate'),
      serviceAccount('vault', 'gathers-nothing'),
      role(null, 'metrics', [], { aggregates: { 'example.com/to-metrics': 'true' } }),
      role(null, 'metrics-secrets', ['get,list@/secrets'], {
        labels: { 'example.com/to-metrics': 'false' },
      }),
      binding(null, 'metrics', 'metrics', 'vault/gathers-nothing'),
    ],
    mistakes: [
      account('vault/reader'),
      account('vault/lister'),
      account('vault/watcher'),
      account('vault/aggregate'),
    ],
    nearMisses: {
      [account('vault/one')]: 'one Secret by its name',
      [account('vault/writer')]: 'create does not read',
      [account('vault/external')]: 'secrets of another API group',
      [account('vault/apps')]: 'the group apps has no secrets',
      [account('vault/maps')]: 'ConfigMaps',
      [account('vault/gathers-nothing')]: 'the label has another value',
    },
  },
  {
    rule: 'CIS 5.1.3',
    objects: [
      ...tidy('wild'),
      ...granted('wild/resources', ['delete@/*'], 'namespace'),
      ...granted('wild/verbs', ['*@/configmaps'], 'namespace'),
      ...granted('wild/groups', ['get@*/widgets']),
      serviceAccount('wild', 'namespace-admin'),
      binding('wild', 'namespace-admin', 'cluster-admin', 'wild/namespace-admin'),
      ...granted('wild/subresource', ['get,create@/pods/*'], 'namespace'),
      ...granted('wild/own-group', ['*@widgets.example.com/*']),
      ...granted('wild/star-name', ['get@/secrets:*'], 'namespace'),
    ],
    mistakes: [
      account('wild/resources'),
      account('wild/verbs'),
      account('wild/groups'),
      account('wild/namespace-admin'),
    ],
    nearMisses: {
      [account('wild/subresource')]: 'pods/* is a literal in RBAC and matches nothing',
      [account('wild/own-group')]: 'an operator over the custom resources of its own group',
      [account('wild/star-name')]: 'a resource name of * is a literal',
    },
  },
  {
    rule: 'CIS 5.1.4',
    objects: [
      ...tidy('ci'),
      ...granted('ci/builder', ['create,get@/pods'], 'namespace'),
      ...granted('ci/deployer', ['get,update,patch@apps/deployments'], 'namespace'),
      ...granted('ci/jobs', ['create@batch/jobs']),
      ...granted('ci/scaler', ['update,patch@apps/deployments/scale'], 'namespace'),
      ...granted('ci/evictor', ['create@/pods/eviction'], 'namespace'),
      ...granted('ci/viewer', ['get,list,watch@/pods,pods/log'], 'namespace'),
    ],
    mistakes: [account('ci/builder'), account('ci/deployer'), account('ci/jobs')],
    nearMisses: {
      [account('ci/scaler')]: 'the number of replicas alone',
      [account('ci/evictor')]: 'evicts pods, makes none',
      [account('ci/viewer')]: 'reads pods',
    },
  },
  {
    rule: 'NSA exec',
    objects: [
      ...tidy('debug'),
      ...granted('debug/exec', ['create@/pods/exec'], 'namespace'),
      // The API server takes exec over GET too (WebSocket).
      ...granted('debug/get-exec', ['get@/pods/exec'], 'namespace'),
      ...granted('debug/attach', ['create@/pods/attach'], 'namespace'),
      ...granted('debug/ephemeral', ['patch@/pods/ephemeralcontainers'], 'namespace'),
      ...granted('debug/star', ['create@/*/exec'], 'namespace'),
      ...granted('debug/log', ['get@/pods/log'], 'namespace'),
      ...granted('debug/list-exec', ['list@/pods/exec'], 'namespace'),
    ],
    mistakes: [
      account('debug/exec'),
      account('debug/get-exec'),
      account('debug/attach'),
      account('debug/ephemeral'),
      account('debug/star'),
    ],
    nearMisses: {
      [account('debug/log')]: 'reads logs',
      [account('debug/list-exec')]: 'the subresource has no list',
    },
  },
  {
    rule: 'CIS 5.1.5',
    objects: [
      ...tidy('legacy-mounted', { defaultAccount: { automountServiceAccountToken: true } }),
      ...running('legacy-mounted', 'app', { account: 'default' }),
      ...tidy('legacy-unset', { defaultAccount: { automountServiceAccountToken: undefined } }),
      ...tidy('legacy-bound'),
      role('legacy-bound', 'maps', ['get@/configmaps']),
      binding('legacy-bound', 'maps', 'Role:maps', 'legacy-bound/default'),
      ...tidy('tidy-default'),
      ...running('tidy-default', 'app', { account: 'default' }),
      role('tidy-default', 'maps', ['get@/configmaps']),
      binding('tidy-default', 'maps', 'Role:maps', 'User:default'),
    ],
    mistakes: [
      account('legacy-mounted/default'),
      account('legacy-unset/default'),
      account('legacy-bound/default'),
    ],
    nearMisses: { [account('tidy-default/default')]: 'mounts no token and a user has its name' },
  },
  {
    rule: 'CIS 5.1.6',
    objects: [
      ...tidy('tokens'),
      ...running('tokens', 'mounts', { mounts: true }),
      // automountServiceAccountToken: false of the pod goes before the account's.
      serviceAccount('tokens', 'mounting', { automountServiceAccountToken: true }),
      ...running('tokens', 'refuses', {
        account: 'mounting',
        spec: { automountServiceAccountToken: false },
      }),
    ],
    mistakes: ['Deployment tokens/mounts'],
    nearMisses: { 'Deployment tokens/refuses': 'the pod says false, and nothing is mounted' },
  },
  {
    rule: 'CIS 5.1.7',
    objects: [
      role(null, 'view', ['get,list,watch@/pods,services']),
      binding(null, 'break-glass', 'view', 'Group:system:masters'),
    ],
    mistakes: ['ClusterRoleBinding break-glass'],
    nearMisses: { 'ClusterRoleBinding cluster-admin': 'the binding that Kubernetes makes' },
  },
  {
    rule: 'CIS 5.1.8',
    objects: [
      ...tidy('rbac-tools'),
      ...granted('rbac-tools/impersonator', ['impersonate@/users,groups']),
      ...granted('rbac-tools/extras', ['impersonate@authentication.k8s.io/uids']),
      ...granted('rbac-tools/binder', [
        `bind@${RBAC}/clusterroles`,
        `create@${RBAC}/clusterrolebindings`,
      ]),
      ...granted('rbac-tools/escalator', [`escalate,update@${RBAC}/roles`], 'namespace'),
      ...granted('rbac-tools/admin-binder', [`bind@${RBAC}/clusterroles:cluster-admin`]),
      ...granted('rbac-tools/view-binder', [
        `bind@${RBAC}/clusterroles:view`,
        `create@${RBAC}/rolebindings`,
      ]),
      ...granted('rbac-tools/binding-maker', [`create,update@${RBAC}/rolebindings,roles`]),
      ...granted('rbac-tools/odd', ['impersonate@/pods']),
      ...granted('rbac-tools/wrong-group', ['bind,escalate@apps/clusterroles']),
    ],
    mistakes: [
      account('rbac-tools/impersonator'),
      account('rbac-tools/extras'),
      account('rbac-tools/binder'),
      account('rbac-tools/escalator'),
      account('rbac-tools/admin-binder'),
    ],
    nearMisses: {
      [account('rbac-tools/view-binder')]: 'may bind one harmless role',
      [account('rbac-tools/binding-maker')]: 'the API server lets it bind only what it has itself',
      [account('rbac-tools/odd')]: 'pods cannot be impersonated',
      [account('rbac-tools/wrong-group')]: 'roles are in another group',
    },
  },
  {
    rule: 'CIS 5.1.9',
    objects: [
      ...tidy('disks'),
      ...granted('disks/provisioner', ['create,delete@/persistentvolumes']),
      ...granted('disks/claimer', ['create@/persistentvolumeclaims']),
      ...granted('disks/reader', ['get,list@/persistentvolumes']),
      // A RoleBinding grants nothing of kinds without a namespace.
      ...granted('disks/namespaced', ['create@/persistentvolumes'], 'namespace'),
    ],
    mistakes: [account('disks/provisioner')],
    nearMisses: {
      [account('disks/claimer')]: 'claims',
      [account('disks/reader')]: 'reads',
      [account('disks/namespaced')]: 'a Role grants nothing of kinds without a namespace',
    },
  },
  {
    rule: 'CIS 5.1.10',
    objects: [
      ...tidy('kubelets'),
      ...granted('kubelets/proxy', ['get@/nodes/proxy']),
      ...granted('kubelets/metrics', ['get@/nodes/metrics,nodes/stats']),
      ...granted('kubelets/services', ['get@/services/proxy']),
    ],
    mistakes: [account('kubelets/proxy')],
    nearMisses: {
      [account('kubelets/metrics')]: 'reads metrics',
      [account('kubelets/services')]: 'the proxy of Services',
    },
  },
  {
    rule: 'CIS 5.1.11',
    objects: [
      ...tidy('certificates'),
      ...granted('certificates/approver', [
        `update@${CERTIFICATES}/certificatesigningrequests/approval`,
      ]),
      ...granted('certificates/requester', [`create@${CERTIFICATES}/certificatesigningrequests`]),
      ...granted('certificates/status', [
        `update@${CERTIFICATES}/certificatesigningrequests/status`,
      ]),
    ],
    mistakes: [account('certificates/approver')],
    nearMisses: {
      [account('certificates/requester')]: 'asks, does not approve',
      [account('certificates/status')]: 'the status',
    },
  },
  {
    rule: 'CIS 5.1.12',
    objects: [
      ...tidy('hooks'),
      ...granted('hooks/mutator', [`create,patch@${ADMISSION}/mutatingwebhookconfigurations`]),
      ...granted('hooks/deleter', [`delete@${ADMISSION}/validatingwebhookconfigurations`]),
      ...granted('hooks/reader', [`get,list@${ADMISSION}/validatingwebhookconfigurations`]),
      // cert-manager's CA injector writes the certificate of its own configuration.
      ...granted('hooks/own', [`patch@${ADMISSION}/validatingwebhookconfigurations:hooks-own`]),
    ],
    mistakes: [account('hooks/mutator'), account('hooks/deleter')],
    nearMisses: {
      [account('hooks/reader')]: 'reads',
      [account('hooks/own')]: 'its own configuration by name',
    },
  },
  {
    rule: 'CIS 5.1.13',
    objects: [
      ...tidy('issuers'),
      ...granted('issuers/minter', ['create@/serviceaccounts/token'], 'namespace'),
      ...granted('issuers/maker', ['create,get@/serviceaccounts'], 'namespace'),
      ...granted('issuers/reviewer', ['create@authentication.k8s.io/tokenreviews']),
      ...granted('issuers/own', ['create@/serviceaccounts/token:own'], 'namespace'),
    ],
    mistakes: [account('issuers/minter')],
    nearMisses: {
      [account('issuers/maker')]: 'makes accounts, no tokens',
      [account('issuers/reviewer')]: 'reviews tokens',
      [account('issuers/own')]: 'a token of itself',
    },
  },
  {
    rule: 'NSA anonymous',
    objects: [
      role(null, 'system:discovery', []),
      role(null, 'status-page', ['get,list@/services']),
      binding(null, 'open-to-all', 'status-page', 'Group:system:unauthenticated'),
      binding(null, 'anonymous-status', 'status-page', 'User:system:anonymous'),
      role(null, 'secret-page', ['get,list@/secrets']),
      binding(null, 'everyone-reads', 'secret-page', 'Group:system:authenticated'),
      binding(null, 'system:discovery', 'system:discovery', 'Group:system:authenticated'),
      role(null, 'system:public-info-viewer', []),
      binding(
        null,
        'system:public-info-viewer',
        'system:public-info-viewer',
        'Group:system:authenticated',
        'Group:system:unauthenticated',
      ),
    ],
    mistakes: [
      'ClusterRoleBinding open-to-all',
      'ClusterRoleBinding anonymous-status',
      'ClusterRoleBinding everyone-reads',
    ],
    nearMisses: {
      'ClusterRoleBinding system:discovery': 'the binding that Kubernetes makes',
      'ClusterRoleBinding system:public-info-viewer': 'the binding that Kubernetes makes',
    },
  },
];

const deny = (namespace: string, types: readonly string[], more: object = {}): AnyObject =>
  networkPolicy(namespace, 'policy', { podSelector: {}, policyTypes: types, ...more });
const noIngress = (namespace: string): AnyObject =>
  networkPolicy(namespace, 'no-ingress', { podSelector: {}, policyTypes: ['Ingress'] });
const noEgress = (namespace: string): AnyObject =>
  networkPolicy(namespace, 'no-egress', { podSelector: {}, policyTypes: ['Egress'] });
const egressTo = (namespace: string, ...rules: readonly object[]): AnyObject =>
  networkPolicy(namespace, 'out', { podSelector: {}, policyTypes: ['Egress'], egress: rules });
const block = (cidr: string, ...except: readonly string[]) => ({
  ipBlock: { cidr, ...(except.length > 0 && { except }) },
});

/** A namespace that lets nothing in and but this out, with a pod. */
function sending(namespace: string, rule: object): readonly AnyObject[] {
  return [
    ...tidy(namespace, { policies: [noIngress(namespace), egressTo(namespace, rule)] }),
    ...running(namespace, 'app'),
  ];
}

/** A namespace that lets nothing out and but this in. */
function receiving(namespace: string, ...ingress: readonly object[]): readonly AnyObject[] {
  return tidy(namespace, {
    policies: [noEgress(namespace), deny(namespace, ['Ingress'], { ingress })],
  });
}

const NETWORK: readonly Planted[] = [
  {
    rule: 'CIS 5.3.2 ingress',
    objects: [
      ...tidy('net-none', { policies: [noEgress('net-none')] }),
      ...running('net-none', 'app'),
      ...tidy('net-egress-only', {
        policies: [deny('net-egress-only', ['Egress'])],
      }),
      ...running('net-egress-only', 'app'),
      ...tidy('net-partly', {
        policies: [
          noEgress('net-partly'),
          networkPolicy('net-partly', 'web', {
            podSelector: { matchLabels: { app: 'web' } },
            ingress: [{ from: [{ podSelector: {} }] }],
          }),
        ],
      }),
      ...running('net-partly', 'web'),
      ...running('net-partly', 'db'),
      ...tidy('net-empty', { policies: [noEgress('net-empty')] }),
      ...tidy('net-each', {
        policies: [
          noEgress('net-each'),
          networkPolicy('net-each', 'web', {
            podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
            ingress: [{ from: [{ namespaceSelector: {} }] }],
          }),
        ],
      }),
      ...running('net-each', 'web'),
      // Without policyTypes a policy is of ingress, and of egress too where it has egress rules.
      ...tidy('net-types-omitted', {
        policies: [
          networkPolicy('net-types-omitted', 'policy', { podSelector: {}, egress: [] }),
          noEgress('net-types-omitted'),
        ],
      }),
      ...running('net-types-omitted', 'app'),
      ...tidy('net-host', {
        policies: [
          noEgress('net-host'),
          networkPolicy('net-host', 'web', { podSelector: { matchLabels: { app: 'web' } } }),
        ],
      }),
      ...running('net-host', 'web'),
      ...running('net-host', 'agent', { spec: { hostNetwork: true } }),
      ...receiving('net-by-port', { ports: [{ port: 443 }] }),
      ...running('net-by-port', 'app'),
    ],
    mistakes: [
      'Namespace net-none',
      'Namespace net-egress-only',
      'Namespace net-empty',
      'Deployment net-partly/db',
    ],
    nearMisses: {
      'Namespace net-partly': 'is named by its one open pod',
      'Namespace net-each': 'policies select each of its pods',
      'Namespace net-types-omitted': 'policyTypes has a default',
      'Deployment net-host/agent': 'NetworkPolicies do not apply to the host’s network',
      'Namespace net-by-port': 'is open on one port alone',
    },
  },
  {
    rule: 'CIS 5.3.2 egress',
    objects: [
      ...tidy('net-ingress-only', { policies: [deny('net-ingress-only', ['Ingress'])] }),
      ...running('net-ingress-only', 'app'),
      ...tidy('net-egress-omitted', {
        policies: [
          networkPolicy('net-egress-omitted', 'policy', {
            podSelector: {},
            egress: [{ to: [{ podSelector: {} }] }],
          }),
        ],
      }),
      ...running('net-egress-omitted', 'app'),
    ],
    mistakes: ['Namespace net-ingress-only'],
    nearMisses: { 'Namespace net-egress-omitted': 'egress rules make it a policy of egress too' },
  },
  {
    rule: 'NSA policy selects nothing',
    objects: [
      ...tidy('net-selects-nothing', {
        policies: [
          ...defaultDeny('net-selects-nothing'),
          networkPolicy('net-selects-nothing', 'typo', {
            podSelector: { matchLabels: { app: 'wbe' } },
          }),
          networkPolicy('net-selects-nothing', 'nightly', {
            podSelector: { matchLabels: { job: 'nightly' } },
          }),
          networkPolicy('net-selects-nothing', 'scaled-down', {
            podSelector: { matchLabels: { app: 'scaled-down' } },
          }),
        ],
      }),
      ...running('net-selects-nothing', 'web'),
      deploymentOf('net-selects-nothing', 'scaled-down'),
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { namespace: 'net-selects-nothing', name: 'nightly' },
        spec: { jobTemplate: { spec: { template: { metadata: { labels: { job: 'nightly' } } } } } },
      },
    ],
    mistakes: ['NetworkPolicy net-selects-nothing/typo'],
    nearMisses: {
      'NetworkPolicy net-selects-nothing/nightly': 'pods of a CronJob between its runs',
      'NetworkPolicy net-selects-nothing/scaled-down': 'pods of a Deployment without replicas',
      'NetworkPolicy net-selects-nothing/default-deny': 'an empty selector selects every pod',
    },
  },
  {
    rule: 'NSA policy allows everything',
    objects: [
      ...receiving('net-all', {}),
      ...receiving('net-all-block', { from: [block('0.0.0.0/0')] }),
      ...receiving('net-all-ports', { ports: [{ port: 1, endPort: 65535 }] }),
      ...tidy('net-all-egress', {
        policies: [noIngress('net-all-egress'), egressTo('net-all-egress', {})],
      }),
      ...receiving('net-none-listed'),
      ...receiving('net-one-port', { ports: [{ port: 'http' }] }),
      ...receiving('net-but', { from: [block('0.0.0.0/0', '10.0.0.0/8')] }),
      ...receiving('net-cluster', {
        from: [{ namespaceSelector: { matchLabels: { team: 'web' } } }],
      }),
    ],
    mistakes: [
      'NetworkPolicy net-all/policy',
      'NetworkPolicy net-all-block/policy',
      'NetworkPolicy net-all-ports/policy',
      'NetworkPolicy net-all-egress/out',
    ],
    nearMisses: {
      'NetworkPolicy net-none-listed/policy': 'an empty list allows nothing',
      'NetworkPolicy net-one-port/policy': 'everyone, on one port',
      'NetworkPolicy net-but/policy': 'not the private network',
      'NetworkPolicy net-cluster/policy': 'from chosen namespaces',
    },
  },
  {
    rule: 'NSA metadata',
    objects: [
      ...sending('meta-open', { to: [block('0.0.0.0/0', '10.0.0.0/8')] }),
      ...sending('meta-six', { to: [block('::/0', 'fe80::/10')] }),
      ...sending('meta-http', {
        to: [block('169.254.0.0/16')],
        ports: [{ protocol: 'TCP', port: 80 }],
      }),
      ...sending('meta-range', { to: [block('0.0.0.0/0')], ports: [{ port: 1, endPort: 1024 }] }),
      ...sending('meta-except', { to: [block('0.0.0.0/0', '169.254.169.254/32')] }),
      ...sending('meta-wide-except', { to: [block('0.0.0.0/0', '169.254.0.0/16')] }),
      ...sending('meta-https', {
        to: [block('0.0.0.0/0')],
        ports: [{ protocol: 'TCP', port: 443 }],
      }),
      ...sending('meta-six-except', { to: [block('::/0', 'fd00:ec2::254/128')] }),
      ...sending('meta-office', { to: [block('192.0.2.0/24')] }),
    ],
    mistakes: [
      'Namespace meta-open',
      'Namespace meta-six',
      'Namespace meta-http',
      'Namespace meta-range',
    ],
    nearMisses: {
      'Namespace meta-except': 'the address is excepted',
      'Namespace meta-wide-except': 'its network is excepted',
      'Namespace meta-https': 'the metadata service answers on port 80',
      'Namespace meta-six-except': 'the address of IPv6 is excepted',
      'Namespace meta-office': 'another network',
    },
  },
  {
    rule: 'NSA node ports',
    objects: [
      ...tidy('edge-ports'),
      serviceOf('edge-ports', 'web', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }),
      serviceOf('edge-ports', 'inside'),
      serviceOf('edge-ports', 'headless', { clusterIP: 'None' }),
      serviceOf('edge-ports', 'alias', { type: 'ExternalName', externalName: 'db.example.com' }),
    ],
    mistakes: ['Service edge-ports/web'],
    nearMisses: {
      'Service edge-ports/inside': 'ClusterIP',
      'Service edge-ports/headless': 'headless',
      'Service edge-ports/alias': 'a name in DNS',
    },
  },
  {
    rule: 'NSA load balancers',
    objects: [
      ...tidy('edge-lb'),
      serviceOf('edge-lb', 'open', { type: 'LoadBalancer' }),
      serviceOf('edge-lb', 'everyone', {
        type: 'LoadBalancer',
        loadBalancerSourceRanges: ['10.0.0.0/8', '0.0.0.0/0'],
      }),
      serviceOf('edge-lb', 'office', {
        type: 'LoadBalancer',
        loadBalancerSourceRanges: ['192.0.2.0/24'],
      }),
      serviceOf(
        'edge-lb',
        'annotated',
        { type: 'LoadBalancer' },
        { 'service.beta.kubernetes.io/load-balancer-source-ranges': '192.0.2.0/24' },
      ),
      serviceOf(
        'edge-lb',
        'aws-internal',
        { type: 'LoadBalancer' },
        { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' },
      ),
      serviceOf(
        'edge-lb',
        'azure-internal',
        { type: 'LoadBalancer' },
        { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' },
      ),
      serviceOf(
        'edge-lb',
        'google-internal',
        { type: 'LoadBalancer' },
        { 'networking.gke.io/load-balancer-type': 'Internal' },
      ),
    ],
    mistakes: ['Service edge-lb/open', 'Service edge-lb/everyone'],
    nearMisses: {
      'Service edge-lb/office': 'one network',
      'Service edge-lb/annotated': 'one network, by annotation',
      'Service edge-lb/aws-internal': 'internal',
      'Service edge-lb/azure-internal': 'internal',
      'Service edge-lb/google-internal': 'internal',
    },
  },
  {
    rule: 'CIS 1.2.3',
    objects: [
      ...tidy('edge-external'),
      serviceOf('edge-external', 'web', { externalIPs: ['203.0.113.7'] }),
      serviceOf('edge-external', 'none', { externalIPs: [] }),
    ],
    mistakes: ['Service edge-external/web'],
    nearMisses: { 'Service edge-external/none': 'an empty list' },
  },
  {
    rule: 'NSA ingress TLS',
    objects: [
      ...tidy('edge-tls'),
      ingressOf('edge-tls', 'plain', ['shop.example.com']),
      ingressOf(
        'edge-tls',
        'half',
        ['a.example.com', 'b.example.com'],
        [{ hosts: ['a.example.com'], secretName: 'a' }],
      ),
      ingressOf(
        'edge-tls',
        'apex',
        ['example.com'],
        [{ hosts: ['*.example.com'], secretName: 'w' }],
      ),
      ingressOf(
        'edge-tls',
        'deep',
        ['a.b.example.com'],
        [{ hosts: ['*.example.com'], secretName: 'w' }],
      ),
      ingressOf('edge-tls', 'any-host', [undefined]),
      ingressOf(
        'edge-tls',
        'whole',
        ['shop.example.com'],
        [{ hosts: ['shop.example.com'], secretName: 's' }],
      ),
      ingressOf(
        'edge-tls',
        'wildcard',
        ['shop.example.com'],
        [{ hosts: ['*.example.com'], secretName: 'w' }],
      ),
      ingressOf(
        'edge-tls',
        'same-wildcard',
        ['*.example.com'],
        [{ hosts: ['*.example.com'], secretName: 'w' }],
      ),
      ingressOf('edge-tls', 'default-certificate', ['shop.example.com'], [{ secretName: 's' }]),
      ingressOf('edge-tls', 'load-balancer', ['shop.example.com'], [], {
        'alb.ingress.kubernetes.io/certificate-arn': 'arn:aws:acm:eu-west-1:1:certificate/x',
      }),
    ],
    mistakes: [
      'Ingress edge-tls/plain',
      'Ingress edge-tls/half',
      'Ingress edge-tls/apex',
      'Ingress edge-tls/deep',
      'Ingress edge-tls/any-host',
    ],
    nearMisses: {
      'Ingress edge-tls/whole': 'its host has a certificate',
      'Ingress edge-tls/wildcard': 'the wildcard has one label more',
      'Ingress edge-tls/same-wildcard': 'the same wildcard',
      'Ingress edge-tls/default-certificate': 'an entry without hosts is of all hosts',
      'Ingress edge-tls/load-balancer': 'the load balancer has the certificate',
    },
  },
];

const POD_RULE = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['pods'],
};
const ALL_RULE = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] };
const OTHERS = {
  matchExpressions: [
    { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'hooks'] },
  ],
};
const PSA = 'pod-security.kubernetes.io';

const DEFAULTS: readonly Planted[] = [
  {
    rule: 'CIS 5.2.1',
    objects: [
      ...tidy('psa-none', { labels: {} }),
      ...tidy('psa-privileged', { labels: { [`${PSA}/enforce`]: 'privileged' } }),
      ...tidy('psa-warns', {
        labels: { [`${PSA}/warn`]: 'restricted', [`${PSA}/audit`]: 'baseline' },
      }),
      ...tidy('psa-version-alone', { labels: { [`${PSA}/enforce-version`]: 'latest' } }),
      ...tidy('psa-baseline', {
        labels: { [`${PSA}/enforce`]: 'baseline', [`${PSA}/enforce-version`]: 'v1.29' },
      }),
      ...tidy('psa-restricted', {
        labels: { [`${PSA}/enforce`]: 'restricted', [`${PSA}/warn`]: 'privileged' },
      }),
    ],
    mistakes: [
      'Namespace psa-none',
      'Namespace psa-privileged',
      'Namespace psa-warns',
      'Namespace psa-version-alone',
    ],
    nearMisses: {
      'Namespace psa-baseline': 'enforces a pinned version of baseline',
      'Namespace psa-restricted': 'warns about less than it enforces',
    },
  },
  {
    rule: 'NSA quotas',
    objects: [
      ...tidy('limits-none', { limits: [limitRangeOf('limits-none')] }),
      ...tidy('limits-both'),
    ],
    mistakes: ['Namespace limits-none'],
    nearMisses: { 'Namespace limits-both': 'has a ResourceQuota' },
  },
  {
    rule: 'NSA limit ranges',
    objects: tidy('ranges-none', { limits: [quotaOf('ranges-none')] }),
    mistakes: ['Namespace ranges-none'],
  },
  {
    rule: 'CIS 5.7.4',
    objects: [
      ...tidy('default'),
      ...running('default', 'stray'),
      serviceOf('default', 'kubernetes', { selector: undefined }),
    ],
    mistakes: ['Deployment default/stray'],
    nearMisses: { 'Service default/kubernetes': 'the API server’s own Service' },
  },
  {
    rule: 'NSA image digest',
    objects: [
      ...tidy('images'),
      ...running('images', 'tagged', { container: { image: 'registry.example:5000/tagged:1.4' } }),
      ...running('images', 'signature-tag', {
        container: { image: 'registry.example/app:sha256-0a0a' },
      }),
      ...running('images', 'digest-alone', {
        container: { image: `registry.example:5000/app@sha256:${'0b'.repeat(32)}` },
      }),
    ],
    mistakes: ['Deployment images/tagged', 'Deployment images/signature-tag'],
    nearMisses: { 'Deployment images/digest-alone': 'has a digest and no tag' },
  },
  {
    rule: 'NSA webhook fails open',
    objects: [
      webhooks('ValidatingWebhookConfiguration', 'policy-open', {
        failurePolicy: 'Ignore',
        rules: [POD_RULE],
        namespaceSelector: OTHERS,
      }),
      webhooks('ValidatingWebhookConfiguration', 'policy-closed', {
        failurePolicy: 'Fail',
        rules: [POD_RULE],
        namespaceSelector: OTHERS,
      }),
      webhooks('ValidatingWebhookConfiguration', 'policy-default', {
        rules: [POD_RULE],
        namespaceSelector: OTHERS,
      }),
      webhooks('ValidatingWebhookConfiguration', 'own-resources', {
        failurePolicy: 'Ignore',
        rules: [{ ...POD_RULE, apiGroups: ['widgets.example.com'], resources: ['widgets'] }],
      }),
      webhooks('MutatingWebhookConfiguration', 'sidecar-injector', {
        failurePolicy: 'Ignore',
        rules: [POD_RULE],
        objectSelector: { matchLabels: { inject: 'true' } },
      }),
    ],
    mistakes: ['ValidatingWebhookConfiguration policy-open'],
    nearMisses: {
      'ValidatingWebhookConfiguration policy-closed': 'refuses while it is away',
      'ValidatingWebhookConfiguration policy-default': 'Fail is the default',
      'ValidatingWebhookConfiguration own-resources': 'its own custom resources',
      'MutatingWebhookConfiguration sidecar-injector': 'adds a sidecar, refuses nothing',
    },
  },
  {
    rule: 'K8s webhook matches everything',
    objects: [
      webhooks('ValidatingWebhookConfiguration', 'matches-all', {
        failurePolicy: 'Fail',
        rules: [ALL_RULE],
      }),
      webhooks('MutatingWebhookConfiguration', 'mutates-all', {
        failurePolicy: 'Fail',
        rules: [{ ...ALL_RULE, resources: ['*'] }],
        namespaceSelector: {},
      }),
      webhooks('ValidatingWebhookConfiguration', 'matches-elsewhere', {
        failurePolicy: 'Fail',
        rules: [ALL_RULE],
        namespaceSelector: OTHERS,
      }),
      webhooks('ValidatingWebhookConfiguration', 'matches-labelled', {
        failurePolicy: 'Fail',
        rules: [ALL_RULE],
        objectSelector: { matchLabels: { managed: 'true' } },
      }),
      webhooks('ValidatingWebhookConfiguration', 'matches-condition', {
        failurePolicy: 'Fail',
        rules: [ALL_RULE],
        matchConditions: [{ name: 'not-system', expression: 'request.namespace != "kube-system"' }],
      }),
      webhooks('ValidatingWebhookConfiguration', 'own-group', {
        failurePolicy: 'Fail',
        rules: [{ ...ALL_RULE, apiGroups: ['widgets.example.com'] }],
      }),
    ],
    mistakes: [
      'ValidatingWebhookConfiguration matches-all',
      'MutatingWebhookConfiguration mutates-all',
    ],
    nearMisses: {
      'ValidatingWebhookConfiguration matches-elsewhere': 'leaves the system’s namespaces out',
      'ValidatingWebhookConfiguration matches-labelled': 'labelled objects alone',
      'ValidatingWebhookConfiguration matches-condition': 'a condition leaves requests out',
      'ValidatingWebhookConfiguration own-group': 'its own API group',
    },
  },
  {
    rule: 'K8s admission policy without effect',
    objects: [
      admissionPolicy('unbound', {}),
      admissionPolicy('warns-alone', {}),
      admissionBinding('warns-alone', 'warns-alone', ['Warn', 'Audit']),
      admissionPolicy('open', { failurePolicy: 'Ignore' }),
      admissionBinding('open', 'open', ['Deny']),
      admissionPolicy('denies', {}),
      admissionBinding('denies-here', 'denies', ['Warn']),
      admissionBinding('denies-there', 'denies', ['Deny', 'Audit']),
    ],
    mistakes: [
      'ValidatingAdmissionPolicy unbound',
      'ValidatingAdmissionPolicy warns-alone',
      'ValidatingAdmissionPolicy open',
    ],
    nearMisses: { 'ValidatingAdmissionPolicy denies': 'one of its bindings denies' },
  },
];

export const PLANTED: readonly Planted[] = [...ACCESS, ...NETWORK, ...DEFAULTS];

/** Ways to become cluster-admin, each planted in a namespace of its own. */
export interface PlantedPath {
  readonly namespace: string;
  /** Steps until cluster-admin from every pod of the namespace; null: there is no way. */
  readonly steps: number | null;
  readonly why: string;
  readonly objects: readonly AnyObject[];
}

const BASELINE = { [`${PSA}/enforce`]: 'baseline' };
const mounting = (namespace: string, name = 'app') =>
  running(namespace, 'app', { account: name, mounts: true });

export const PLANTED_PATHS: readonly PlantedPath[] = [
  {
    namespace: 'path-one',
    steps: 1,
    why: 'its account may bind cluster-admin to itself',
    objects: [
      ...tidy('path-one', { labels: BASELINE }),
      ...granted('path-one/binder', [
        `bind@${RBAC}/clusterroles`,
        `create@${RBAC}/clusterrolebindings`,
      ]),
      ...mounting('path-one', 'binder'),
    ],
  },
  {
    namespace: 'path-two',
    steps: 2,
    why: 'its account may run a pod with the account of another that may bind cluster-admin',
    objects: [
      ...tidy('path-two', { labels: BASELINE }),
      ...granted('path-two/runner', ['create@/pods'], 'namespace'),
      ...granted('path-two/strong', ['impersonate@/users,groups']),
      ...mounting('path-two', 'runner'),
    ],
  },
  {
    namespace: 'path-groups-alone',
    steps: null,
    why: 'the API server takes a group only together with a user',
    objects: [
      ...tidy('path-groups-alone', { labels: BASELINE }),
      ...granted('path-groups-alone/app', ['impersonate@/groups']),
      ...mounting('path-groups-alone', 'app'),
    ],
  },
  {
    namespace: 'path-no-token',
    steps: null,
    why: 'its account is strong, but no pod has its token',
    objects: [
      ...tidy('path-no-token', { labels: BASELINE }),
      ...granted('path-no-token/strong', ['impersonate@/users,groups']),
      ...running('path-no-token', 'app', { account: 'strong' }),
    ],
  },
  {
    namespace: 'path-own-namespace',
    steps: null,
    why: 'it may run pods in its own namespace, where nobody is strong',
    objects: [
      ...tidy('path-own-namespace', { labels: BASELINE }),
      ...granted('path-own-namespace/runner', ['create@/pods'], 'namespace'),
      ...mounting('path-own-namespace', 'runner'),
    ],
  },
];
