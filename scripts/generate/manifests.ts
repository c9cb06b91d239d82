import { stringify } from 'yaml';
import { helmTemplate } from './helm.ts';

const NOTE = '# Rendered from deploy/helm/burnwatch by `npm run generate`; do not edit.\n';
const BASE = 'deploy/manifests';
const OPERATOR = 'deploy/overlays/kube-prometheus-stack';
const NAMESPACED = 'deploy/overlays/namespaced';
const NAMESPACE = 'burnwatch';

/** In the order in which they are applied. */
const BASE_FILES = [
  'namespace',
  'limits',
  'serviceaccount',
  'rbac',
  'config',
  'service',
  'statefulset',
  'networkpolicy',
];
const OPERATOR_FILES = ['servicemonitor', 'prometheusrule', 'dashboard'];

/** The kustomize base `deploy/manifests` and its overlays, by their paths. */
export async function renderedManifests(chart: string): Promise<[path: string, text: string][]> {
  const base = byTemplate(
    await render(chart, { createNamespace: true, namespaceLimits: { enabled: true } }),
  );
  const operator = byTemplate(
    await render(chart, {
      serviceMonitor: { enabled: true },
      prometheusRule: { enabled: true },
      dashboard: { enabled: true },
    }),
  );
  const namespaced = byTemplate(
    await render(chart, {
      rbac: { scope: 'namespaced', namespaces: ['shop'], nodes: false },
    }),
  );
  return [
    ...filesOf(BASE, BASE_FILES, base),
    kustomization(BASE, {
      namespace: NAMESPACE,
      resources: BASE_FILES.map((name) => `${name}.yaml`),
    }),
    ...filesOf(OPERATOR, OPERATOR_FILES, operator),
    kustomization(OPERATOR, {
      resources: ['../../manifests', ...OPERATOR_FILES.map((name) => `${name}.yaml`)],
    }),
    ...filesOf(NAMESPACED, ['rbac', 'config'], namespaced),
    kustomization(NAMESPACED, {
      resources: ['../../manifests', 'rbac.yaml'],
      patches: [
        { path: 'config.yaml' },
        ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => ({
          patch: stringify({
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind,
            metadata: { name: 'burnwatch' },
            $patch: 'delete',
          }),
        })),
      ],
    }),
  ];
}

function render(chart: string, values: object): Promise<string> {
  return helmTemplate(chart, values, { unchecked: true });
}

function filesOf(
  folder: string,
  names: readonly string[],
  rendered: ReadonlyMap<string, string>,
): [string, string][] {
  return names.map((name) => [`${folder}/${name}.yaml`, NOTE + (rendered.get(name) ?? '')]);
}

function kustomization(folder: string, fields: object): [string, string] {
  const header = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
  return [`${folder}/kustomization.yaml`, NOTE + stringify({ ...header, ...fields })];
}

/** The rendered text by the names of its templates, without the labels that say that Helm manages it. */
function byTemplate(rendered: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const document of rendered.split(/^---\n/m)) {
    const [, name, text] =
      /^# Source: burnwatch\/templates\/(.+)\.yaml\n([\s\S]*)$/.exec(document) ?? [];
    if (name === undefined || text === undefined) continue;
    const plain = text.replaceAll(
      /^ *(?:app\.kubernetes\.io\/managed-by|helm\.sh\/chart): .*\n/gm,
      '',
    );
    const before = files.get(name);
    files.set(name, before === undefined ? plain : `${before}---\n${plain}`);
  }
  return files;
}
