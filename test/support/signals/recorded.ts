/** When the recorded events happened. */
export const RECORDED_AT = Date.UTC(2026, 10, 24, 7, 1);

/** The same events at another time: texts with the recorded minute are moved. */
export function recordedAt(body: unknown, at: number): unknown {
  const text = JSON.stringify(body)
    .replaceAll(/2026-11-24T07:01:(\d\d)(?:\.\d+)?Z/g, (_, second: string) =>
      new Date(at + Number(second) * 1_000).toISOString(),
    )
    .replaceAll(String(RECORDED_AT), String(at));
  return JSON.parse(text);
}

const POD = 'web-7d4b9c5f6-abcde';

function auditEvent(id: string, change: object): object {
  return {
    level: 'RequestResponse',
    auditID: id,
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'system:serviceaccount:ci:deployer', groups: ['system:authenticated'] },
    sourceIPs: ['198.51.100.7'],
    userAgent: 'kubectl/v1.34.4 (linux/amd64) kubernetes/1234567',
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: '2026-11-24T07:01:00.123456Z',
    stageTimestamp: '2026-11-24T07:01:01.123456Z',
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    ...change,
  };
}

/**
 * Bodies in the form in which each tool sends them, shortened to what it takes to tell them apart. Where each form comes from
 * is in docs/signals.md.
 */
export const RECORDED = {
  falco: {
    uuid: '6a8bd5c5-4d1f-4a4e-9a8a-6e2a1a1d1f3f',
    output:
      '07:01:02.746609046: Critical Possible miner running | command=xmrig -o stratum+tcp://pool.example:3333 -u WALLET process=xmrig parent=sh',
    priority: 'Critical',
    rule: 'Detect crypto miners using the Stratum protocol',
    time: '2026-11-24T07:01:02.746609046Z',
    source: 'syscall',
    output_fields: {
      'container.id': '9a6c2f0d1b3e',
      'container.image.repository': 'registry.example/web',
      'container.image.tag': '1.4',
      'container.name': 'web',
      'evt.time': 1795503662746609000,
      'k8s.ns.name': 'shop',
      'k8s.pod.name': POD,
      'proc.cmdline': 'xmrig -o stratum+tcp://pool.example:3333 -u WALLET',
      'proc.name': 'xmrig',
      'proc.pname': 'sh',
      'user.name': 'root',
    },
    tags: ['container', 'host', 'maturity_sandbox', 'mitre_impact', 'process', 'T1496'],
    hostname: 'falco-abcde',
  },
  falcoShell: {
    uuid: '0f0e0d0c-4d1f-4a4e-9a8a-6e2a1a1d1f40',
    output:
      '07:01:03.000000000: Notice A shell was spawned in a container with an attached terminal (evt_type=execve user=root process=bash command=bash terminal=34816)',
    priority: 'Notice',
    rule: 'Terminal shell in container',
    time: '2026-11-24T07:01:03.000000000Z',
    source: 'syscall',
    output_fields: {
      'container.id': '9a6c2f0d1b3e',
      'container.image.repository': null,
      'k8smeta.ns.name': 'shop',
      'k8smeta.pod.name': POD,
      'k8smeta.pod.uid': '0b3c3d4e-0000-4000-8000-000000000001',
      'proc.cmdline': 'bash',
      'proc.name': 'bash',
    },
    tags: ['T1059', 'container', 'maturity_stable', 'mitre_execution', 'shell'],
    hostname: 'node-1',
  },
  alertmanager: {
    receiver: 'burnwatch',
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels: {
          alertname: 'KubePodCrashLooping',
          container: 'web',
          namespace: 'shop',
          pod: POD,
          severity: 'warning',
        },
        annotations: { summary: 'Pod is crash looping.', description: 'Pod shop/web is waiting.' },
        startsAt: '2026-11-24T07:01:04.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example/graph',
        fingerprint: 'c1b2a3d4e5f60718',
      },
      {
        status: 'resolved',
        labels: {
          alertname: 'KubeDeploymentReplicasMismatch',
          deployment: 'cart',
          namespace: 'shop',
          severity: 'critical',
        },
        annotations: { summary: 'Deployment has not matched the expected number of replicas.' },
        startsAt: '2026-11-24T06:00:00.000Z',
        endsAt: '2026-11-24T07:01:05.000Z',
        generatorURL: '',
        fingerprint: 'd1b2a3d4e5f60718',
      },
      {
        status: 'firing',
        labels: { alertname: 'BurnwatchLikelyCryptojacking', namespace: 'shop' },
        annotations: {},
        startsAt: '2026-11-24T07:01:06.000Z',
        endsAt: '2026-11-24T07:21:06.000Z',
        generatorURL: '',
        fingerprint: 'e1b2a3d4e5f60718',
      },
    ],
    groupLabels: { namespace: 'shop' },
    commonLabels: { namespace: 'shop' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    version: '4',
    groupKey: '{}:{namespace="shop"}',
    truncatedAlerts: 0,
  },
  ocsf: {
    activity_id: 1,
    activity_name: 'Create',
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Detection Finding',
    class_uid: 2004,
    finding_info: {
      uid: 'f0c0ffee',
      title: 'A container queried a domain of a Bitcoin pool (CryptoCurrency:BitcoinTool.B!DNS)',
      desc: 'A container queried a domain that is associated with a mining pool.',
      types: ['CryptoCurrency:Runtime/BitcoinTool.B!DNS'],
      created_time: RECORDED_AT,
    },
    metadata: { product: { name: 'GuardDuty', vendor_name: 'AWS' }, version: '1.1.0' },
    resources: [
      { type: 'AwsEksCluster', name: 'prod-eu' },
      { type: 'deployment', name: 'web', namespace: 'shop' },
    ],
    severity: 'High',
    severity_id: 4,
    status: 'New',
    time: RECORDED_AT,
    type_uid: 200401,
  },
  guardDuty: {
    version: '0',
    id: 'b1b2b3b4',
    'detail-type': 'GuardDuty Finding',
    source: 'aws.guardduty',
    account: '111122223333',
    time: '2026-11-24T07:01:09Z',
    region: 'eu-central-1',
    resources: [],
    detail: {
      schemaVersion: '2.0',
      accountId: '111122223333',
      region: 'eu-central-1',
      id: '96b0a1c2d3e4f5061728394a5b6c7d8e',
      type: 'CryptoCurrency:Runtime/BitcoinTool.B!DNS',
      title: 'A container is querying a domain name that is associated with Bitcoin activity.',
      severity: 8,
      createdAt: '2026-11-24T07:01:09.000Z',
      updatedAt: '2026-11-24T07:01:09.000Z',
      resource: {
        resourceType: 'EKSCluster',
        eksClusterDetails: { name: 'prod-eu' },
        kubernetesDetails: {
          kubernetesUserDetails: { username: 'system:serviceaccount:shop:web' },
          kubernetesWorkloadDetails: {
            name: POD,
            type: 'pods',
            uid: '0b3c3d4e-0000-4000-8000-000000000001',
            namespace: 'shop',
            containers: [{ name: 'web', image: 'registry.example/web:1.4' }],
          },
        },
      },
      service: {
        serviceName: 'guardduty',
        eventFirstSeen: '2026-11-24T07:01:08.000Z',
        eventLastSeen: '2026-11-24T07:01:09.000Z',
        count: 1,
      },
    },
  },
  defender: {
    SystemAlertId: '2517511212312_6b1c0b6e',
    AlertType: 'K8S.NODE_CryptoCoinMinerExecution',
    AlertDisplayName: 'Possible crypto coinminer download or execution detected',
    Description: 'Analysis of processes running within a container detected a coin miner.',
    Severity: 'High',
    TimeGeneratedUtc: '2026-11-24T07:01:10Z',
    EndTimeUtc: '2026-11-24T07:01:10Z',
    ProductName: 'Microsoft Defender for Cloud',
    Entities: [
      {
        $id: '4',
        ResourceId: '/subscriptions/0/providers/Microsoft.ContainerService/managedClusters/prod-eu',
        Type: 'azure-resource',
      },
      { $id: '5', CloudResource: { $ref: '4' }, Type: 'K8s-cluster' },
      { $id: '6', Name: 'shop', Cluster: { $ref: '5' }, Type: 'K8s-namespace' },
      { $id: '7', Name: 'web', Namespace: { $ref: '6' }, Type: 'K8s-deployment' },
      { $id: '8', Name: POD, Namespace: { $ref: '6' }, Type: 'K8s-pod' },
      { $id: '9', Name: 'web', Pod: { $ref: '8' }, Type: 'container' },
    ],
    ExtendedProperties: { 'Container name': 'web' },
  },
  scc: {
    notificationConfigName: 'organizations/0/notificationConfigs/burnwatch',
    finding: {
      name: 'organizations/0/sources/0/findings/96b0a1',
      parent: 'organizations/0/sources/0',
      category: 'Execution: Cryptocurrency Mining Hash Match',
      severity: 'HIGH',
      state: 'ACTIVE',
      eventTime: '2026-11-24T07:01:11Z',
      createTime: '2026-11-24T07:01:12Z',
      kubernetes: {
        pods: [
          { ns: 'shop', name: POD, containers: [{ name: 'web', uri: 'registry.example/web:1.4' }] },
        ],
      },
    },
    resource: { name: '//container.googleapis.com/projects/p/zones/z/clusters/prod-eu' },
  },
  tetragon: [
    {
      process_exec: {
        process: {
          exec_id: 'bm9kZS0xOjE=',
          pid: 1,
          binary: '/bin/ls',
          arguments: '-l',
          pod: { namespace: 'shop', name: POD, workload: 'web', workload_kind: 'Deployment' },
        },
      },
      node_name: 'node-1',
      time: '2026-11-24T07:01:13Z',
    },
    {
      process_exec: {
        process: {
          exec_id: 'bm9kZS0xOjI=',
          pid: 2,
          uid: 0,
          cwd: '/tmp',
          binary: '/tmp/xmrig',
          arguments: '-o stratum+tcp://pool.example:3333 -u WALLET',
          start_time: '2026-11-24T07:01:13Z',
          pod: {
            namespace: 'shop',
            name: POD,
            uid: '0b3c3d4e-0000-4000-8000-000000000001',
            container: {
              id: 'containerd://9a',
              name: 'web',
              image: { name: 'registry.example/web:1.4' },
            },
            workload: 'web',
            workload_kind: 'Deployment',
          },
        },
        parent: { exec_id: 'bm9kZS0xOjA=', binary: '/bin/sh' },
      },
      node_name: 'node-1',
      time: '2026-11-24T07:01:13Z',
    },
    {
      process_kprobe: {
        process: {
          exec_id: 'bm9kZS0xOjI=',
          binary: '/tmp/xmrig',
          pod: { namespace: 'shop', name: POD, workload: 'web', workload_kind: 'Deployment' },
        },
        function_name: 'tcp_connect',
        policy_name: 'connect',
        args: [
          {
            sock_arg: {
              family: 'AF_INET',
              saddr: '10.0.0.4',
              daddr: '203.0.113.9',
              sport: 40000,
              dport: 3333,
            },
          },
        ],
        action: 'KPROBE_ACTION_POST',
      },
      node_name: 'node-1',
      time: '2026-11-24T07:01:14Z',
    },
    {
      process_exit: {
        process: { exec_id: 'bm9kZS0xOjE=', binary: '/bin/ls' },
        time: '2026-11-24T07:01:14Z',
      },
      node_name: 'node-1',
      time: '2026-11-24T07:01:14Z',
    },
  ],
  audit: {
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    items: [
      auditEvent('a1', {
        verb: 'create',
        requestURI: '/api/v1/namespaces/shop/serviceaccounts/web/token',
        objectRef: {
          resource: 'serviceaccounts',
          namespace: 'shop',
          name: 'web',
          apiVersion: 'v1',
          subresource: 'token',
        },
        responseStatus: { code: 201 },
      }),
      auditEvent('a2', {
        stage: 'ResponseStarted',
        verb: 'create',
        requestURI: `/api/v1/namespaces/shop/pods/${POD}/exec?command=sh&command=-c&command=WALLET&container=web&stdin=true`,
        objectRef: {
          resource: 'pods',
          namespace: 'shop',
          name: POD,
          apiVersion: 'v1',
          subresource: 'exec',
        },
        responseStatus: { code: 101 },
      }),
      auditEvent('a2', {
        verb: 'create',
        requestURI: `/api/v1/namespaces/shop/pods/${POD}/exec?command=sh&command=-c&command=WALLET&container=web&stdin=true`,
        objectRef: {
          resource: 'pods',
          namespace: 'shop',
          name: POD,
          apiVersion: 'v1',
          subresource: 'exec',
        },
        responseStatus: { code: 101 },
      }),
      auditEvent('a3', {
        verb: 'create',
        requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
        objectRef: {
          resource: 'clusterrolebindings',
          name: 'helper',
          apiGroup: 'rbac.authorization.k8s.io',
          apiVersion: 'v1',
        },
        requestObject: {
          kind: 'ClusterRoleBinding',
          roleRef: {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'ClusterRole',
            name: 'cluster-admin',
          },
          subjects: [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }],
        },
        responseStatus: { code: 201 },
      }),
      auditEvent('a4', {
        verb: 'list',
        user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
        requestURI: '/api/v1/secrets?limit=500',
        objectRef: { resource: 'secrets', apiVersion: 'v1' },
      }),
      auditEvent('a5', {
        verb: 'list',
        requestURI: '/api/v1/secrets?limit=500',
        objectRef: { resource: 'secrets', apiVersion: 'v1' },
      }),
      ...['a6', 'a7', 'a8'].map((id) =>
        auditEvent(id, {
          verb: 'list',
          user: { username: 'system:serviceaccount:tools:scraper' },
          userAgent: 'scraper/0.1 (linux/amd64)',
          requestURI: '/api/v1/pods',
          objectRef: { resource: 'pods', apiVersion: 'v1' },
        }),
      ),
      ...['a9', 'a10'].map((id) =>
        auditEvent(id, {
          verb: 'get',
          user: {},
          userAgent: 'curl/8.5.0',
          requestURI: '/api/v1/namespaces/default/pods',
          responseStatus: { code: 401, status: 'Failure', reason: 'Unauthorized' },
        }),
      ),
    ],
  },
} as const;
