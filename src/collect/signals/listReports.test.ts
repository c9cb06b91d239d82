import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../../test/support/apiServer/apiServer.ts';
import { STANDARD_RESOURCES } from '../../../test/support/apiServer/resources.ts';
import { RECORDED_AT } from '../../../test/support/signals/recorded.ts';
import { KUBESCAPE_REPORTS, TRIVY_REPORTS } from '../../../test/support/signals/recordedReports.ts';
import { TempFolder } from '../../../test/support/tempFolder.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import { listReports } from './listReports.ts';
import { REPORT_KINDS } from './scanReports.ts';
import { writeFileSync } from 'node:fs';

const KINDS: Readonly<Record<string, string>> = {
  vulnerabilityreports: 'VulnerabilityReport',
  exposedsecretreports: 'ExposedSecretReport',
  configauditreports: 'ConfigAuditReport',
  vulnerabilitymanifestsummaries: 'VulnerabilityManifestSummary',
  workloadconfigurationscansummaries: 'WorkloadConfigurationScanSummary',
};
const SERVED = REPORT_KINDS.map(({ group, version, resource: plural }) => ({
  group,
  version,
  plural,
  kind: KINDS[plural]!,
  namespaced: true,
}));

let folder: TempFolder;
let server: ApiServer;
beforeEach(() => {
  folder = new TempFolder();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function read(change: object = {}, resources = [...STANDARD_RESOURCES, ...SERVED]) {
  server = await ApiServer.start({ resources });
  if (resources.length > STANDARD_RESOURCES.length)
    server.put(...TRIVY_REPORTS, ...KUBESCAPE_REPORTS);
  return again(change);
}

function again(change: object = {}) {
  const kubeconfig = folder.file('kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'a', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'a', user: {} }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      'current-context': 'a',
    }),
  );
  const config = configSchema.parse({ workloads: { kubeconfig }, ...change });
  const deps = { env: {}, sleep: async () => undefined, random: () => 0 };
  return listReports(config, deps, RECORDED_AT, new AbortController().signal);
}

describe('reports of scanners', () => {
  it('of the Trivy Operator and of Kubescape are read by workload', async () => {
    const { signals, problems } = await read();
    expect(problems).toEqual([]);
    const found = signals
      .map(({ source, class: what, severity, text, target, facts }) => ({
        source,
        what,
        severity,
        text,
        facts,
        target: `${target.namespace}/${target.workload?.kind}/${target.workload?.name}/${target.container}`,
      }))
      .sort((a, b) => (a.source + a.what < b.source + b.what ? -1 : 1));
    expect(found).toEqual([
      {
        source: 'kubescape',
        what: 'configuration',
        severity: 'info',
        text: '0 critical and 3 high failed controls',
        facts: {},
        target: 'shop/Deployment/web/null',
      },
      {
        source: 'kubescape',
        what: 'vulnerability',
        severity: 'critical',
        text: '2 critical and 5 high vulnerabilities',
        facts: { high: '5' },
        target: 'shop/Deployment/web/web',
      },
      {
        source: 'trivy',
        what: 'configuration',
        severity: 'info',
        text: '0 critical and 1 high failed checks: Runs as root user',
        facts: {},
        target: 'shop/Deployment/web/null',
      },
      {
        source: 'trivy',
        what: 'exposed-secret',
        severity: 'critical',
        text: '1 secret in the image: AWS Access Key ID',
        facts: {},
        target: 'shop/Deployment/web/web',
      },
      {
        source: 'trivy',
        what: 'vulnerability',
        severity: 'critical',
        text: '1 critical and 1 high vulnerability in image registry.example/web (CVE-2021-44228), 1 with a fix',
        facts: { critical: 'CVE-2021-44228', high: '1', fixable: '1' },
        target: 'shop/Deployment/web/web',
      },
    ]);
    // What a secret's rule matched is the secret.
    expect(JSON.stringify(signals)).not.toContain('AKIA');
  });

  it('a page holds few of them, and Kubescape is asked for whole objects', async () => {
    await read();
    const lists = server.requests.filter(({ path }) => path.includes('reports'));
    expect(lists.map(({ query }) => query.get('limit'))).toEqual(['20', '20', '20']);
    const scans = server.requests.filter(({ path }) => path.includes('summaries'));
    expect(scans.map(({ query }) => query.get('resourceVersion'))).toEqual([
      'fullSpec',
      'fullSpec',
    ]);
  });

  it('a cluster without scanners is an ordinary cluster', async () => {
    expect(await read({}, [...STANDARD_RESOURCES])).toEqual({ signals: [], problems: [] });
  });

  it('what may not be listed takes only itself away, and names the cure', async () => {
    await read();
    server.denials.push({ resource: 'vulnerabilityreports.aquasecurity.github.io' });
    const { signals, problems } = await again();
    expect(signals).toHaveLength(4);
    expect(problems).toEqual([expect.stringMatching(/is forbidden.*signals\.trivy: false/)]);
  });

  it('switches of the configuration are followed', async () => {
    const { signals } = await read({ signals: { trivy: false } });
    expect(new Set(signals.map(({ source }) => source))).toEqual(new Set(['kubescape']));
  });

  it('an object that is no report is passed over', async () => {
    await read();
    const [first] = TRIVY_REPORTS;
    server.put({ ...first!, metadata: { ...first!.metadata, name: 'odd' }, report: 'nothing' });
    expect((await again()).signals).toHaveLength(5);
  });
});
