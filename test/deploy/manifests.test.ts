import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { findTool } from '../../demo/tools.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { INSTALL_RESOURCES, STANDARD_RESOURCES } from '../support/apiServer/resources.ts';
import { objectsOf, type Manifest } from '../support/chart.ts';
import { burnwatch } from '../support/cli.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** The rendered manifests as the real kustomize puts them together; chart.test.ts tests what they are rendered from. */
const FOLDER = resolve(import.meta.dirname, '../../deploy/manifests');

let kubectlPath: string;
let manifests: readonly Manifest[];

beforeAll(async () => {
  kubectlPath = await findKubeTool('kubectl');
  manifests = objectsOf(execFileSync(kubectlPath, ['kustomize', FOLDER], { encoding: 'utf8' }));
});

function one(kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found.map(({ metadata }) => metadata.name)).toHaveLength(1);
  return found[0];
}

describe('deploy/manifests', () => {
  it('are all there, and in the namespace burnwatch', () => {
    expect(manifests.map(({ kind }): string => kind)).toEqual([
      'Namespace',
      'ResourceQuota',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Service',
      'LimitRange',
      'StatefulSet',
      'NetworkPolicy',
    ]);
    const inside = manifests.filter(({ kind }) => !/^(Namespace|ClusterRole.*)$/.test(kind));
    expect(inside.map(({ metadata }) => metadata.namespace)).toEqual(inside.map(() => 'burnwatch'));
  });

  it('every file is in the kustomization', () => {
    const { resources } = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8'));
    const files = readdirSync(FOLDER).filter((file) => file !== 'kustomization.yaml');
    expect(resources.toSorted()).toEqual(files.toSorted());
  });

  it.each([
    [
      'kube-prometheus-stack',
      ['ServiceMonitor', 'PrometheusRule', 'ConfigMap/burnwatch-dashboard'],
    ],
    ['namespaced', ['Role', 'RoleBinding']],
  ])('the overlay %s adds what it says', (overlay, added) => {
    const text = execFileSync(kubectlPath, ['kustomize', join(FOLDER, '../overlays', overlay)], {
      encoding: 'utf8',
    });
    const names = objectsOf(text).flatMap(({ kind, metadata }) => [
      kind,
      `${kind}/${metadata.name}`,
    ]);
    expect(names).toEqual(expect.arrayContaining(added));
    expect(names.includes('ClusterRole')).toBe(overlay !== 'namespaced');
    expect(names).toContain('StatefulSet');
  });

  it('are taken by the real kubectl, again without a change', async () => {
    const resources = [...STANDARD_RESOURCES, ...INSTALL_RESOURCES];
    await using server = await ApiServer.start({ resources, tls: true, tokens: { secret: 'me' } });
    await using kubectl = await Kubectl.for(server, 'secret');
    // The stand-in has no schemas to validate by.
    const apply = ['apply', '--validate=false', '-k', FOLDER];
    const first = await kubectl.run(apply);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.match(/ created$/gm)).toHaveLength(manifests.length);
    const second = await kubectl.run(apply);
    expect(second.stdout.match(/ unchanged$/gm)).toHaveLength(manifests.length);
  });

  it('enforces Pod Security "restricted", which the pod meets (chart.test.ts)', () => {
    const { labels } = one('Namespace').metadata;
    expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  it('one writer: one replica with a volume of its own that only it mounts', () => {
    const { spec } = one('StatefulSet');
    expect(spec.replicas).toBe(1);
    expect(spec.volumeClaimTemplates[0].spec.accessModes).toEqual(['ReadWriteOnce']);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
  });

  it('probes and metrics use the probe listener, and the selectors find the pod', () => {
    const { selector, template } = one('StatefulSet').spec;
    const [container] = template.spec.containers;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      expect(container[probe].httpGet.port).toBe('metrics');
    expect(container.ports).toEqual([{ name: 'metrics', containerPort: 9466 }]);
    const { labels } = template.metadata;
    expect(labels).toMatchObject(selector.matchLabels);
    expect(labels).toMatchObject(one('Service').spec.selector);
    expect(labels).toMatchObject(one('NetworkPolicy').spec.podSelector.matchLabels);
    expect(one('NetworkPolicy').spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('the rules are good, and ask only for metrics that there are', async () => {
    const { spec } = parse(
      readFileSync(join(FOLDER, '../overlays/kube-prometheus-stack/prometheusrule.yaml'), 'utf8'),
    );
    using folder = new TempFolder();
    writeFileSync(folder.file('rules.yaml'), stringify(spec));
    const promtool = await findTool('promtool');
    const checked = execFileSync(promtool, ['check', 'rules', folder.file('rules.yaml')]);
    expect(checked.toString()).toMatch(/SUCCESS: \d+ rules found/);
    const source = {
      lagSeconds: () => 1,
      questions: () => null,
      deliveryQueue: () => Promise.resolve(null),
    };
    const metrics = await createMetrics('0.0.0', 'test', source).registry.getMetricsAsJSON();
    const known = metrics.map(({ name }) => name);
    const asked = JSON.stringify(spec).match(/burnwatch_\w+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('the configuration in the ConfigMap is good, and lies where the pod mounts things', async () => {
    using folder = new TempFolder();
    const text: string = one('ConfigMap').data['burnwatch.yaml'];
    writeFileSync(folder.file('burnwatch.yaml'), text);
    const checked = await burnwatch(['check-config'], { cwd: folder.path });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toContain('history in /var/lib/burnwatch/burnwatch.db');
    const [{ args, volumeMounts }] = one('StatefulSet').spec.template.spec.containers;
    expect(args).toEqual([
      'run',
      '--reload-on-change',
      '--config',
      '/etc/burnwatch/burnwatch.yaml',
    ]);
    const paths = volumeMounts.map(({ mountPath }: Manifest) => mountPath);
    expect(paths).toEqual(
      expect.arrayContaining(['/etc/burnwatch', '/var/lib/burnwatch', '/run/secrets/burnwatch']),
    );
  });
});
