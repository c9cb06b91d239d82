import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { RESOURCES } from '../../src/collect/kubernetes/resources.ts';
import { findTool } from '../../demo/tools.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { createMetrics } from '../../src/serve/metrics.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { INSTALL_RESOURCES, STANDARD_RESOURCES } from '../support/apiServer/resources.ts';
import { burnwatch } from '../support/cli.ts';
import { TempFolder } from '../support/tempFolder.ts';

/** The manifests as the real kustomize puts them together, against the rules of their design. */
const FOLDER = resolve(import.meta.dirname, '../../deploy/manifests');

// Manifests are data without a type of ours; what a test reads of them it checks.
// oxlint-disable-next-line typescript/no-explicit-any
type Manifest = any;
let manifests: readonly Manifest[];

beforeAll(async () => {
  const kubectl = await findKubeTool('kubectl');
  const text = execFileSync(kubectl, ['kustomize', FOLDER], { encoding: 'utf8' });
  manifests = parseAllDocuments(text).map((document) => document.toJS());
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
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'Service',
      'StatefulSet',
      'NetworkPolicy',
    ]);
    const inside = manifests.filter(({ kind }) => !/^(Namespace|ClusterRole.*)$/.test(kind));
    expect(inside.map(({ metadata }) => metadata.namespace)).toEqual(inside.map(() => 'burnwatch'));
  });

  it('every file is in the kustomization, or says why not', () => {
    const listed = readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8');
    const absent = readdirSync(FOLDER).filter(
      (file) => file !== 'kustomization.yaml' && !listed.includes(`- ${file}`),
    );
    expect(absent).toEqual(['prometheusrule.yaml', 'servicemonitor.yaml']);
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

  it('RBAC: exactly what is read, nothing secret, no verb that writes', () => {
    const { rules } = one('ClusterRole');
    const granted = rules.flatMap(({ apiGroups, resources, verbs }: Manifest) => {
      expect(verbs).toEqual(['get', 'list', 'watch']);
      return apiGroups.flatMap((group: string) =>
        resources.map((resource: string) => `${group}/${resource}`),
      );
    });
    const read = RESOURCES.map(({ group, resource }) => `${group}/${resource}`);
    expect(granted.toSorted()).toEqual(read.toSorted());
    expect(granted.join()).not.toMatch(/secret|\*/);
    const { roleRef, subjects } = one('ClusterRoleBinding');
    expect(roleRef.name).toBe('burnwatch');
    expect(subjects).toEqual([
      { kind: 'ServiceAccount', name: 'burnwatch', namespace: 'burnwatch' },
    ]);
  });

  it('the pod meets Pod Security "restricted", with a read-only root', () => {
    const pod = one('StatefulSet').spec.template.spec;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC).toBeUndefined();
    const allowed = ['configMap', 'secret', 'emptyDir'];
    for (const { name, ...source } of pod.volumes)
      expect([name, Object.keys(source)[0]]).toEqual([name, expect.toBeOneOf(allowed)]);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.requests).toMatchObject({ cpu: '100m' });
      expect(container.resources.limits.memory).toBeDefined();
    }
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
    const { spec } = parse(readFileSync(join(FOLDER, 'prometheusrule.yaml'), 'utf8'));
    using folder = new TempFolder();
    writeFileSync(folder.file('rules.yaml'), stringify(spec));
    const promtool = await findTool('promtool');
    const checked = execFileSync(promtool, ['check', 'rules', folder.file('rules.yaml')]);
    expect(checked.toString()).toMatch(/SUCCESS: \d+ rules found/);
    const source = { lagSeconds: () => 1, deliveryQueue: () => Promise.resolve(null) };
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
    // The part that is commented out is good as well.
    const whole = text.replaceAll(/^# (slack:|  \w+:)/gm, '$1');
    mkdirSync(folder.file('secrets'));
    writeFileSync(folder.file('secrets/slack'), 'xoxb-made-up\n');
    const there = whole.replace('/run/secrets/burnwatch', folder.file('secrets'));
    writeFileSync(folder.file('burnwatch.yaml'), there);
    const slack = await burnwatch(['check-config'], { cwd: folder.path });
    expect(slack.stdout).toContain('messages to Slack #cloud-cost');
    const [{ args, volumeMounts }] = one('StatefulSet').spec.template.spec.containers;
    expect(args).toEqual(['run', '--config', '/etc/burnwatch/burnwatch.yaml']);
    const paths = volumeMounts.map(({ mountPath }: Manifest) => mountPath);
    expect(paths).toEqual(
      expect.arrayContaining(['/etc/burnwatch', '/var/lib/burnwatch', '/run/secrets/burnwatch']),
    );
  });
});
