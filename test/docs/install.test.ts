import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { findingJsonSchema } from '../../src/model/findingJson.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { QUERIES, RAW_QUERIES } from '../../src/collect/prometheus/queries.ts';
import { ApiServer } from '../support/apiServer/apiServer.ts';
import { Kubectl } from '../support/apiServer/kubectl.ts';
import { INSTALL_RESOURCES, STANDARD_RESOURCES } from '../support/apiServer/resources.ts';
import { one, renderChart, REPOSITORY, type Manifest } from '../support/chart.ts';
import { burnwatch, type CliResult } from '../support/cli.ts';
import { TestClock } from '../support/clock.ts';
import { findKubeTool } from '../support/kubeTools.ts';
import { startTestCluster, type TestCluster } from '../support/testCluster.ts';
import { TempFolder } from '../support/tempFolder.ts';

/**
 * The commands of the guides, in their order, by bash with the real kubectl and openssl. `kubectl` reaches a stand-in
 * for the API server; `helm install` and `upgrade` of our chart render and apply, since helm keeps its releases in a
 * form that the stand-in does not read; `exec` runs the same command here, with a real Prometheus behind the address.
 */
const GUIDES = [
  'docs/install.md',
  'docs/operations.md',
  'docs/troubleshooting.md',
  'docs/runbook.md',
];
/** What needs a kubelet, the network or an operator, by the beginning of a command. */
const NOT_HERE =
  /^(helm \w+ kube-prometheus-stack|kubectl .*(port-forward|rollout|logs|wait|top|scale|debug)|burnwatch run|npm |helm rollback|helm history)/;

let cluster: TestCluster;
let server: ApiServer;
let kubectl: Kubectl;
let folder: TempFolder;
beforeAll(async () => {
  cluster = await startTestCluster({ hours: 28 });
  const resources = [
    ...STANDARD_RESOURCES,
    ...INSTALL_RESOURCES,
    { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true },
    ...['ServiceMonitor', 'PrometheusRule'].map((kind) => ({
      group: 'monitoring.coreos.com',
      version: 'v1',
      plural: `${kind.toLowerCase()}s`,
      kind,
      namespaced: true,
    })),
  ];
  server = await ApiServer.start({ resources, tls: true, tokens: { secret: 'me' } });
  kubectl = await Kubectl.for(server, 'secret');
  folder = new TempFolder();
  for (const name of ['deploy', 'docs']) symlinkSync(join(REPOSITORY, name), folder.file(name));
  mkdirSync(folder.file('bin'));
  symlinkSync(await findKubeTool('kubectl'), folder.file('bin/kubectl'));
  symlinkSync(await findKubeTool('helm'), folder.file('bin/helm'));
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await kubectl[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** The commands of a guide's `sh` blocks; a here-document belongs to its command. */
function commandsOf(guide: string): string[] {
  const text = readFileSync(join(REPOSITORY, guide), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => {
    const commands: string[] = [];
    let ending: string | null = null;
    let isContinued = false;
    for (const line of block.trim().split('\n')) {
      if (isContinued || ending !== null) commands.push(`${commands.pop()}\n${line}`);
      else if (!line.startsWith('#')) commands.push(line);
      if (ending === null) ending = /<<'(\w+)'/.exec(line)?.[1] ?? null;
      else if (line === ending) ending = null;
      isContinued = line.endsWith('\\');
    }
    return commands;
  });
}

async function bash(command: string): Promise<CliResult> {
  const env = {
    HOME: folder.path,
    KUBECONFIG: kubectl.kubeconfig,
    PATH: `${folder.file('bin')}:${process.env['PATH']}`,
  };
  return new Promise((resolve) => {
    const options = { cwd: folder.path, env, maxBuffer: 64 * 2 ** 20 };
    execFile('bash', ['-c', `set -o pipefail; ${command}`], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr });
    });
  });
}

/**
 * `helm install|upgrade` and `kubectl create` as rendering and applying: they send protobuf, which the stand-in does not
 * read. Options of the release alone fall away.
 */
function rendered(command: string): string {
  const apply = 'kubectl apply --validate=false --server-side --force-conflicts -f -';
  if (/^kubectl .*\bcreate /.test(command) && !command.includes('--dry-run'))
    return `${command} --dry-run=client -o yaml | ${apply}`;
  if (!/^helm (install|upgrade) /.test(command)) return command;
  const template = command
    .replace(/^helm (install|upgrade( --install)?) /, 'helm template ')
    .replaceAll(/--(create-namespace|reuse-values|wait|atomic)\b/g, '');
  return `${template} | ${apply}`;
}

/** Runs in place of `kubectl exec … -- node burnwatch.mjs ARGS`, with the configuration that the cluster holds. */
async function executed(command: string): Promise<CliResult> {
  const words = command.replaceAll(/\\\n/g, ' ').trim().split(/\s+/);
  const args = words.slice(words.indexOf('/app/bin/burnwatch.mjs') + 1);
  const { stdout } = await kubectl.run([
    '-n',
    'burnwatch',
    'get',
    'configmap',
    'burnwatch',
    '-o',
    'json',
  ]);
  const config = parse(JSON.parse(stdout).data['burnwatch.yaml']);
  config.prometheus.url = cluster.url;
  config.workloads = { source: 'prometheus' };
  config.history.path = folder.file('burnwatch.db');
  delete config.slack;
  writeFileSync(folder.file('burnwatch.yaml'), stringify(config));
  for (const [index, arg] of args.entries())
    args[index] = arg.replace('/var/lib/burnwatch', folder.path);
  const at = args.indexOf('--config');
  if (at >= 0) args[at + 1] = folder.file('burnwatch.yaml');
  const { env } = new TestClock(folder.file('clock'), cluster.end + 3 * MINUTE_MS);
  return burnwatch(args, { cwd: folder.path, env });
}

/** `kubectl exec … -- /nodejs/bin/node -e …` with this checkout in place of the image and a folder in place of the volume. */
function onThisMachine(command: string): string {
  return command
    .replace(/^kubectl [^]*? -- /, '')
    .replaceAll('/nodejs/bin/node', process.execPath)
    .replaceAll('/app/', `${REPOSITORY}/`)
    .replaceAll('/var/lib/burnwatch', folder.path);
}

describe.each(GUIDES)('%s', (guide) => {
  it('its commands run in their order', { timeout: 300_000 }, async () => {
    const skipped: string[] = [];
    for (const command of commandsOf(guide)) {
      if (NOT_HERE.test(command)) {
        skipped.push(command);
        continue;
      }
      const isOurs = /^(burnwatch|npx burnwatch) /.test(command);
      const result = command.includes('/app/bin/burnwatch.mjs')
        ? await executed(command)
        : command.includes('/nodejs/bin/node -e')
          ? await bash(onThisMachine(command))
          : isOurs
            ? await executed(command.replace(/^(npx )?burnwatch /, '-- /app/bin/burnwatch.mjs '))
            : await bash(rendered(command));
      expect([command, result.code, result.code === 0 ? '' : result.stderr]).toEqual([
        command,
        0,
        '',
      ]);
    }
    expect(skipped.length).toBeLessThan(commandsOf(guide).length);
  });
});

it('the install leaves what it promises, with the Secret beside it', async () => {
  const get = async (what: string): Promise<string> => {
    const { stdout } = await kubectl.run(['-n', 'burnwatch', 'get', what, '-o', 'name']);
    return stdout.trim();
  };
  expect(await get('statefulsets')).toBe('statefulset.apps/burnwatch');
  expect(await get('servicemonitors')).toContain('burnwatch');
  expect(await get('secrets')).toContain('secret/burnwatch');
});

it('what a filtering stack has to keep covers every metric that is read', () => {
  const guide = readFileSync(join(REPOSITORY, 'docs/install.md'), 'utf8');
  const patterns = [...guide.matchAll(/^((?:container|kube)_\(.*)$/gm)].map(
    ([, text]) => new RegExp(`^${text}$`),
  );
  expect(patterns).toHaveLength(2);
  const ofExporters =
    /^(DCGM_|kubecost_|networkobservability_|node_total_|pv_hourly_|karpenter_|apiserver_|etcd_|scheduler_|up$)/;
  const read = [...Object.values(QUERIES), ...Object.values(RAW_QUERIES)].map(
    ({ metric }) => metric,
  );
  const missing = read.filter(
    (metric) => !ofExporters.test(metric) && !patterns.some((pattern) => pattern.test(metric)),
  );
  expect(missing).toEqual([]);
});

it('the runbook has a chapter for each kind of finding and each alert, where runbook_url points', async () => {
  const runbook = readFileSync(join(REPOSITORY, 'docs/runbook.md'), 'utf8');
  const chapters = [...runbook.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title);
  const rules = await renderChart({ prometheusRule: { enabled: true } });
  const alerts = one(rules, 'PrometheusRule').spec.groups[0].rules as readonly Manifest[];
  expect(new Set(chapters)).toEqual(
    new Set([...findingJsonSchema.shape.kind.options, ...alerts.map(({ alert }) => alert)]),
  );
  for (const { alert, annotations } of alerts)
    expect(annotations.runbook_url).toMatch(
      new RegExp(`/docs/runbook\\.md#${alert.toLowerCase()}$`),
    );
});
