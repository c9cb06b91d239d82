import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { REPORT_KINDS } from '../../src/collect/signals/scanReports.ts';
import { RESOURCES } from '../../src/collect/kubernetes/resources.ts';
import {
  CHART,
  KUBERNETES_VERSIONS,
  objectsOf,
  one,
  renderChart,
  REPOSITORY,
  schemaProblems,
  type Manifest,
} from '../support/chart.ts';
import { burnwatch } from '../support/cli.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { rawObject } from '../support/specs.ts';
import { TempFolder } from '../support/tempFolder.ts';

const EXAMPLES = join(REPOSITORY, 'docs/examples');
const TOKENS = [{ name: 'sre', tokenFile: '/run/secrets/burnwatch/sre', scopes: ['read'] }];

const OIDC = {
  issuer: 'https://login.example.com',
  clientId: 'burnwatch',
  groups: [{ group: 'sre', scopes: ['admin'] }],
};

const RESPONSE = {
  enabled: true,
  approvers: [
    { name: 'ana', slack: 'U0ANA0001' },
    { name: 'ben', token: 'ben' },
  ],
};

/** Values that people set, by what is special about them. */
const VALUES: Readonly<Record<string, object>> = {
  defaults: {},
  operator: {
    serviceMonitor: { enabled: true, labels: { release: 'kps' } },
    prometheusRule: { enabled: true },
    dashboard: { enabled: true, namespace: 'monitoring' },
  },
  namespaced: { rbac: { scope: 'namespaced', namespaces: ['shop', 'data'] } },
  'namespaced without nodes': {
    rbac: { scope: 'namespaced', namespaces: ['shop'], nodes: false },
  },
  'no access': {
    rbac: { create: false },
    config: { workloads: { source: 'prometheus' } },
    serviceAccount: { create: false, name: 'default' },
  },
  ingress: {
    config: { serve: { tokens: TOKENS } },
    pages: { service: true, from: [{ podSelector: { matchLabels: { app: 'nginx' } } }] },
    ingress: { enabled: true, className: 'nginx', tlsSecret: 'tls', annotations: { a: 'b' } },
  },
  gateway: {
    config: { serve: { tokens: TOKENS, listen: '0.0.0.0:8080' } },
    pages: { service: true, type: 'NodePort', port: 8080 },
    httpRoute: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }] },
  },
  responses: {
    config: { response: RESPONSE },
    rbac: { responseMakesPods: true },
  },
  'responses in some namespaces': {
    config: { response: RESPONSE },
    rbac: { scope: 'namespaced', namespaces: ['shop'] },
  },
  'people of Kubernetes and of a provider': {
    config: {
      workloads: { source: 'prometheus' },
      serve: { tokenReview: {}, externalUrl: 'https://burnwatch.example.com' },
      oidc: OIDC,
      heartbeat: { url: 'https://monitor.example.com:8443/ping/x' },
    },
    pages: { service: true },
  },
  'empty volume': { persistence: { enabled: false, emptyDirSizeLimit: '2Gi' } },
  'a claim that exists': { persistence: { existingClaim: 'old' } },
  'storage class': {
    persistence: { storageClass: 'fast', size: '50Gi', accessMode: 'ReadWriteOncePod' },
  },
  'behind a proxy': {
    proxy: { url: 'http://proxy.corp:3128' },
    caBundle: { configMap: 'corp-ca', key: 'ca.pem' },
  },
  'everything extra': {
    imagePullSecrets: [{ name: 'registry' }],
    image: { digest: `sha256:${'0'.repeat(64)}` },
    existingSecret: 'mine',
    extraEnv: [{ name: 'TZ', value: 'UTC' }],
    extraEnvFrom: [{ secretRef: { name: 'more' } }],
    extraVolumes: [{ name: 'more', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
    extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more' } }],
    commonLabels: { team: 'platform' },
    podLabels: { tier: 'ops' },
    podAnnotations: { note: 'x' },
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'infra', operator: 'Exists' }],
    affinity: { podAntiAffinity: {} },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    priorityClassName: 'high',
    networkPolicy: {
      extraEgress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
      extraIngress: [{ ports: [{ port: 1234 }] }],
    },
  },
  'other files': { files: { 'abuse.yaml': 'a: 1\n' }, config: { thresholds: ['./abuse.yaml'] } },
  'its own namespace': { createNamespace: true, namespaceLimits: { enabled: true } },
  'maintenance, with the volume and without Burnwatch': { maintenance: true },
  'several clusters': {
    config: { clusters: [{ cluster: 'a', prometheus: { url: 'http://a:9091' } }] },
  },
  'two replicas on PostgreSQL': {
    replicas: 2,
    config: { history: { url: 'postgres://burnwatch@db.example/burnwatch' } },
  },
  'no network policy, stopped': { networkPolicy: { enabled: false }, replicas: 0 },
};
const EXAMPLE_FILES = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'));

function example(name: string): { readonly config: object } {
  return parse(readFileSync(join(EXAMPLES, name), 'utf8')) as { config: object };
}

function podOf(objects: readonly Manifest[]): Manifest {
  return one(objects, 'StatefulSet').spec.template.spec;
}

describe('the chart', () => {
  it('passes helm lint', async () => {
    const helm = await findKubeTool('helm');
    const lint = execFileSync(helm, ['lint', '--strict', CHART], { encoding: 'utf8' });
    expect(lint).toContain('0 chart(s) failed');
  });

  it.each([
    ...Object.entries(VALUES),
    ...EXAMPLE_FILES.map((name) => [name, example(name)] as const),
  ])('renders what three versions of Kubernetes take: %s', async (_name, values) => {
    const objects = await renderChart(values);
    for (const version of KUBERNETES_VERSIONS)
      expect([version, schemaProblems(version, objects)]).toEqual([version, []]);
    // Whatever is set, the pod meets Pod Security "restricted" and never holds another's token.
    const pod = podOf(objects);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(pod.automountServiceAccountToken).toBe(false);
    for (const { securityContext, resources } of pod.containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources.limits.memory).toBeDefined();
    }
    for (const { name, ...source } of pod.volumes)
      expect([name, Object.keys(source)[0]]).toEqual([
        name,
        expect.toBeOneOf(['configMap', 'secret', 'emptyDir', 'projected', 'persistentVolumeClaim']),
      ]);
    // Every mount has a volume, every port that a probe, Service or policy names exists.
    const volumes = [
      ...pod.volumes.map(({ name }: Manifest) => name),
      ...(one(objects, 'StatefulSet').spec.volumeClaimTemplates ?? []).map(
        ({ metadata }: Manifest) => metadata.name,
      ),
    ];
    const mounted = pod.containers.flatMap(({ volumeMounts = [] }: Manifest) =>
      volumeMounts.map(({ name }: Manifest) => name),
    );
    expect(mounted.filter((name: string) => !volumes.includes(name))).toEqual([]);
    const ports = pod.containers[0].ports.map(({ name }: Manifest) => name);
    const named = JSON.stringify(objects.filter(({ kind }) => /Service$|NetworkPolicy/.test(kind)));
    expect(
      [...named.matchAll(/"(?:targetPort|port)":"(\w+)"/g)]
        .map(([, name]) => name)
        .filter((name) => name !== 'metrics' || !ports.includes(name))
        .filter((name) => !ports.includes(name)),
    ).toEqual([]);
    expect(objects.some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
  });

  it('refuses values that are wrong, and a configuration that is', async () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ replicas: 2 }, /replicas.*history\.url/],
      [{ replicas: -1 }, /replicas/],
      [{ persistance: {} }, /persistance/],
      [{ config: { budgetz: [] } }, /budgetz/],
      [{ config: { prometheus: { timeout: 60 } } }, /timeout/],
      [{ image: { digest: 'abc' } }, /digest/],
      [{ pages: { service: true } }, /config\.serve\.tokens/],
      [{ ingress: { enabled: true } }, /pages\.service/],
      [{ rbac: { scope: 'namespaced' } }, /rbac\.namespaces/],
    ];
    for (const [values, message] of cases)
      await expect(renderChart(values)).rejects.toThrow(message);
  });

  it('grants list on what is read, and get on the namespaces of namespaced mode', async () => {
    const grants = (role: Manifest): string[] =>
      role.rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }: Manifest) =>
        verbs.flatMap((verb: string) =>
          apiGroups.flatMap((group: string) =>
            resources.map((resource: string) => `${verb} ${group}/${resource} ${resourceNames}`),
          ),
        ),
      );
    const wanted = (of: (resource: (typeof RESOURCES)[number]) => boolean): string[] =>
      RESOURCES.filter(of).map(({ group, resource }) => `list ${group}/${resource} `);
    const reports = REPORT_KINDS.map(({ group, resource }) => `list ${group}/${resource} `);
    const cluster = await renderChart();
    expect(grants(one(cluster, 'ClusterRole')).sort()).toEqual(
      [...wanted(() => true), ...reports].sort(),
    );
    const without = await renderChart({ rbac: { reports: false } });
    expect(grants(one(without, 'ClusterRole')).sort()).toEqual(wanted(() => true).sort());
    const scoped = await renderChart({
      rbac: { scope: 'namespaced', namespaces: ['shop', 'data'] },
    });
    expect(grants(one(scoped, 'ClusterRole'))).toEqual(['list /nodes ']);
    const roles = scoped.filter(({ kind }) => kind === 'Role');
    expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'data']);
    for (const role of roles)
      expect(grants(role).sort()).toEqual(
        [
          ...wanted(({ namespaced }) => namespaced),
          ...reports,
          `get /namespaces ${role.metadata.namespace}`,
        ].sort(),
      );
    const { data } = one(scoped, 'ConfigMap');
    expect(parse(data['burnwatch.yaml'])).toMatchObject({
      workloads: { namespaces: ['shop', 'data'] },
    });
    const none = await renderChart({ rbac: { create: false } });
    expect(none.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it('grants writes only where responses are on, by a role of their own', async () => {
    const writes = (objects: readonly Manifest[]): readonly string[] =>
      objects
        .filter(({ kind }) => /^(Cluster)?Role$/.test(kind))
        .flatMap(({ metadata, rules }) =>
          rules.flatMap(({ resources, verbs }: Manifest) =>
            verbs
              .filter((verb: string) => !['get', 'list'].includes(verb))
              .flatMap((verb: string) =>
                resources.map((one: string) => `${metadata.name}: ${verb} ${one}`),
              ),
          ),
        );
    expect(writes(await renderChart())).toEqual([]);
    expect(writes(await renderChart({ config: { response: { enabled: false } } }))).toEqual([]);
    const inNamespace = [
      'patch pods',
      'create pods/eviction',
      'patch deployments/scale',
      'patch replicasets/scale',
      'patch statefulsets/scale',
      'patch cronjobs',
      'create networkpolicies',
      'delete networkpolicies',
    ].map((one) => `burnwatch-response: ${one}`);
    const response = { config: { response: RESPONSE } };
    expect(writes(await renderChart(response))).toEqual([
      'burnwatch-response: patch nodes',
      ...inNamespace,
    ]);
    const rbac = { scope: 'namespaced', namespaces: ['shop'] };
    const scoped = await renderChart({ ...response, rbac });
    expect(writes(scoped)).toEqual(inNamespace);
    const made = await renderChart({ ...response, rbac: { responseMakesPods: true } });
    expect(writes(made)).toContain('burnwatch-response: create pods');
    expect(await renderChart({ ...response, rbac: { create: false } })).not.toContainEqual(
      expect.objectContaining({ kind: 'ClusterRole' }),
    );
  });

  it('grants reviews of tokens only where they are on, and mounts the token that they take', async () => {
    const objects = await renderChart(VALUES['people of Kubernetes and of a provider']);
    const role = one(objects, 'ClusterRole', 'burnwatch-reviews');
    expect(role.rules).toEqual([
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['subjectaccessreviews'],
        verbs: ['create'],
      },
    ]);
    expect(one(objects, 'ClusterRoleBinding', 'burnwatch-reviews').roleRef.name).toBe(
      'burnwatch-reviews',
    );
    const mounts = podOf(objects).containers[0].volumeMounts;
    expect(mounts.map(({ name }: Manifest) => name)).toContain('api-access');
    const { egress } = one(objects, 'NetworkPolicy').spec;
    expect(JSON.stringify(egress)).toContain('8443');
    const without = JSON.stringify(await renderChart());
    expect(without).not.toMatch(/tokenreviews|subjectaccessreviews/);
    const none = await renderChart({
      config: { serve: { tokenReview: {} } },
      rbac: { create: false },
    });
    expect(none.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it('opens the network for what the configuration names, and nothing else', async () => {
    const portsOf = async (values: object): Promise<unknown[]> => {
      const { egress } = one(await renderChart(values), 'NetworkPolicy').spec;
      return egress.flatMap(({ ports = [] }: Manifest) => ports.map(({ port }: Manifest) => port));
    };
    expect(await portsOf({})).toEqual([53, 53, 9090, 443, 6443]);
    const all = {
      config: {
        prometheus: { url: 'http://thanos-query:10902' },
        alertmanager: { url: 'http://alertmanager:8080' },
        webhooks: [{ name: 'a', url: 'http://hook.corp/x' }],
        slack: { apiUrl: 'https://gateway.corp:8443/api/' },
      },
      proxy: { url: 'http://proxy.corp:3128' },
      networkPolicy: { ports: [], apiServerPorts: [] },
    };
    expect(await portsOf(all)).toEqual([53, 53, 9093, 10902, 8080, 8443, 3128, 80, 443]);
    const policy = one(await renderChart(VALUES['ingress']), 'NetworkPolicy').spec;
    expect(policy.ingress).toEqual([
      {
        ports: [{ protocol: 'TCP', port: 'metrics' }],
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
          },
        ],
      },
      {
        ports: [{ protocol: 'TCP', port: 'pages' }],
        from: [{ podSelector: { matchLabels: { app: 'nginx' } } }],
      },
    ]);
  });

  it('serves pages and probes apart', async () => {
    const objects = await renderChart(VALUES['ingress']);
    expect(one(objects, 'Service', 'burnwatch').spec.ports).toEqual([
      { name: 'metrics', port: 9466, targetPort: 'metrics' },
    ]);
    expect(one(objects, 'Service', 'burnwatch-pages').spec.ports).toEqual([
      { name: 'http', port: 80, targetPort: 'pages' },
    ]);
    const config = parse(one(objects, 'ConfigMap').data['burnwatch.yaml']);
    expect(config.serve.listen).toBe('0.0.0.0:9465');
    const [rule] = one(objects, 'Ingress').spec.rules;
    expect(rule.http.paths[0].backend.service).toEqual({
      name: 'burnwatch-pages',
      port: { number: 80 },
    });
    const gateway = await renderChart(VALUES['gateway']);
    expect(one(gateway, 'HTTPRoute').spec.rules[0].backendRefs).toEqual([
      { name: 'burnwatch-pages', port: 8080 },
    ]);
    expect(podOf(gateway).containers[0].ports[1]).toEqual({ name: 'pages', containerPort: 8080 });
    expect((await renderChart()).filter(({ kind }) => kind === 'Service')).toHaveLength(1);
  });

  it('bears the labels by which kube-prometheus-stack and Grafana select, and finds its Service', async () => {
    const objects = await renderChart(VALUES['operator']);
    const monitor = one(objects, 'ServiceMonitor');
    expect(monitor.metadata.labels).toMatchObject({ release: 'kps' });
    expect(one(objects, 'PrometheusRule').metadata.labels).toMatchObject({
      release: 'kube-prometheus-stack',
    });
    const { metadata } = one(objects, 'Service');
    expect(metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    const dashboard = one(objects, 'ConfigMap', 'burnwatch-dashboard');
    expect(dashboard.metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { grafana_dashboard: '1' },
    });
    expect(JSON.parse(dashboard.data['burnwatch.json'])).toMatchObject({ uid: 'burnwatch' });
  });

  it('makes a new pod only for what cannot be reloaded', async () => {
    const mark = async (values: object): Promise<string> =>
      one(await renderChart(values), 'StatefulSet').spec.template.metadata.annotations[
        'burnwatch.io/restart-on'
      ];
    const before = await mark({});
    const reloaded = [
      { budgets: [{ namespace: 'shop', monthly: 1 }] },
      { slack: { tokenFile: '/run/secrets/burnwatch/slack' } },
      { prometheus: { url: 'http://other:9090' } },
    ];
    for (const config of reloaded) expect(await mark({ config })).toBe(before);
    const restarted = [
      { cluster: 'other' },
      { pricing: { currency: 'EUR' } },
      { schedule: { window: '10m' } },
      { history: { path: '/var/lib/burnwatch/other.db' } },
      { serve: { listen: '127.0.0.1:1234' } },
      { serve: { probes: '0.0.0.0:1234' } },
      { serve: { tls: { certFile: '/a', keyFile: '/b' } } },
    ];
    for (const config of restarted) expect(await mark({ config })).not.toBe(before);
  });

  it('names everything after the release, and two releases share nothing', async () => {
    const names = async (release: string, namespace: string): Promise<string[]> =>
      (await renderChart({}, { release, namespace })).map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`,
      );
    const first = await names('burnwatch', 'burnwatch');
    const second = await names('eu', 'ops');
    expect(second).toContain('StatefulSet ops eu-burnwatch');
    expect(second.filter((name) => first.includes(name))).toEqual([]);
    const third = await names('burnwatch', 'ops');
    expect(third.filter((name) => first.includes(name))).toEqual([]);
  });

  it.each(['storage class', 'a claim that exists', 'empty volume'])(
    'keeps the history in one volume: %s',
    async (name) => {
      const { spec } = one(await renderChart(VALUES[name]), 'StatefulSet');
      const claims = spec.volumeClaimTemplates ?? [];
      const volume = spec.template.spec.volumes.find((one: Manifest) => one.name === 'history');
      expect({ claims, volume }).toMatchObject(
        {
          'storage class': {
            claims: [
              {
                spec: {
                  storageClassName: 'fast',
                  accessModes: ['ReadWriteOncePod'],
                  resources: { requests: { storage: '50Gi' } },
                },
              },
            ],
          },
          'a claim that exists': { volume: { persistentVolumeClaim: { claimName: 'old' } } },
          'empty volume': { volume: { emptyDir: { sizeLimit: '2Gi' } } },
        }[name] ?? {},
      );
    },
  );

  it.each([
    ['defaults', {}],
    ['no access', VALUES['no access']],
    ['everything extra', VALUES['everything extra']],
    ...EXAMPLE_FILES.map((name) => [name, example(name)] as const),
  ] as const)(
    'has a posture of 100 in a namespace with limits, but for the token that it uses: %s',
    async (_name, values) => {
      const objects = await renderChart({
        ...values,
        createNamespace: true,
        namespaceLimits: { enabled: true },
      });
      using folder = new TempFolder();
      const items = [...objects, podObject(objects), node()].map((object, index) => ({
        ...object,
        metadata: {
          uid: `uid-${index}`,
          creationTimestamp: '2026-11-20T08:00:00Z',
          ...object.metadata,
        },
      }));
      writeFileSync(folder.file('specs.json'), JSON.stringify({ kind: 'List', items }));
      writeFileSync(
        folder.file('burnwatch.yaml'),
        'workloads: { source: file, path: ./specs.json }\nhistory: { path: ./none.db }\n',
      );
      const result = await burnwatch(['posture', '-o', 'json'], { cwd: folder.path });
      expect(result.stderr).toBe('');
      const [scored] = JSON.parse(result.stdout) as {
        score: number;
        checks: { id: string; severity: string; failed: number }[];
      }[];
      const failing = scored?.checks.filter(
        ({ failed, severity }) => failed > 0 && severity !== 'info',
      );
      // With the API as a source it needs the token that this check, of the lowest weight, is about.
      const asksApi = one(objects, 'StatefulSet').spec.template.spec.volumes.some(
        ({ name }: Manifest) => name === 'api-access',
      );
      expect(failing?.map(({ id }) => id)).toEqual(asksApi ? ['token-automounted'] : []);
      expect(scored?.score).toBe(asksApi ? 99 : 100);
    },
  );
});

/** The pod that the StatefulSet controller would make. */
function podObject(objects: readonly Manifest[]): Manifest {
  const { spec } = one(objects, 'StatefulSet');
  return rawObject(
    'v1',
    'Pod',
    {
      name: 'burnwatch-0',
      namespace: 'burnwatch',
      labels: spec.template.metadata.labels,
      ownerReferences: [{ kind: 'StatefulSet', name: 'burnwatch', controller: true }],
    },
    { spec: { nodeName: 'node-1', ...spec.template.spec }, status: { phase: 'Running' } },
  );
}

function node(): Manifest {
  const size = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  return rawObject(
    'v1',
    'Node',
    { name: 'node-1' },
    {
      status: { capacity: size, allocatable: size },
    },
  );
}

describe('docs/examples', () => {
  it.each(EXAMPLE_FILES)('%s: the configuration is valid, and names its schema', async (name) => {
    const [config] = (await renderChart(example(name))).filter(({ kind }) => kind === 'ConfigMap');
    using folder = new TempFolder();
    // Its secrets lie where this machine has none.
    const text: string = config.data['burnwatch.yaml'].replaceAll(
      '/run/secrets/burnwatch',
      folder.path,
    );
    for (const [, file = ''] of text.matchAll(/File: (\S+)/g))
      writeFileSync(file, 'xoxb-made-up-0123456789\n');
    writeFileSync(folder.file('burnwatch.yaml'), text);
    const checked = await burnwatch(['check-config'], { cwd: folder.path });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    const [, schema = ''] =
      /\$schema=(\S+)$/m.exec(readFileSync(join(EXAMPLES, name), 'utf8')) ?? [];
    expect(JSON.parse(readFileSync(join(EXAMPLES, schema), 'utf8'))).toHaveProperty('properties');
  });

  it('there are five', () => expect(EXAMPLE_FILES).toHaveLength(5));
});

it('what is rendered by kustomize is what helm renders, but for what says that helm manages it', async () => {
  const kubectl = await findKubeTool('kubectl');
  const folder = join(REPOSITORY, 'deploy/manifests');
  const kustomized = objectsOf(execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8' }));
  const rendered = await renderChart({ createNamespace: true, namespaceLimits: { enabled: true } });
  for (const { metadata } of rendered) {
    delete metadata.labels['helm.sh/chart'];
    delete metadata.labels['app.kubernetes.io/managed-by'];
  }
  const byKind = (a: Manifest, b: Manifest): number => (a.kind < b.kind ? -1 : 1);
  expect(kustomized.toSorted(byKind)).toEqual(rendered.toSorted(byKind));
});

it('every generated file is what `npm run generate` writes', () => {
  const script = join(REPOSITORY, 'scripts/generate.ts');
  const differing = execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(differing).toBe('');
});
