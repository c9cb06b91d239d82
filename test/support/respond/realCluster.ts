import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RawObject } from '../../../src/collect/kubernetes/rawObjects.ts';
import { renderChart } from '../chart.ts';
import { findKubeTool } from '../kubeTools.ts';
import { ApiProxy } from './apiProxy.ts';
import { suspect } from './world.ts';

/**
 * A real API server with its controllers and kubelet, asked by a ServiceAccount that has the chart's roles and nothing
 * else. `npm run cluster` starts one; its kubeconfig goes into BURNWATCH_TEST_KUBECONFIG, an image with a shell into
 * BURNWATCH_TEST_IMAGE.
 */
export const KUBECONFIG = process.env['BURNWATCH_TEST_KUBECONFIG'] ?? '';
const IMAGE = process.env['BURNWATCH_TEST_IMAGE'] ?? 'busybox:1.36';

/** Whether there is one. */
export const IS_REAL = KUBECONFIG !== '' && readFileSync(KUBECONFIG, 'utf8') !== '';

/** Whose requests the audit log of `npm run cluster` has. */
const ACCOUNT = { namespace: 'burnwatch', name: 'burnwatch' };
/** As the API server knows it. */
export const REAL_USER = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;
const run = promisify(execFile);

/** Waits for a shell's input for ever: without a command, so that an evicted pod can be made again. */
const CONTAINER = { name: 'app', image: IMAGE, imagePullPolicy: 'IfNotPresent', stdin: true };
const REAL_POD = {
  terminationGracePeriodSeconds: 1,
  automountServiceAccountToken: false,
  containers: [{ ...CONTAINER, tty: true }],
};

interface KubeConfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
}

/** kubectl gives up after ten seconds of a TLS handshake: on a busy machine it is run again. */
export async function kubectl(args: readonly string[], input?: unknown, left = 5): Promise<string> {
  const program = await findKubeTool('kubectl');
  const running = run(program, [`--kubeconfig=${KUBECONFIG}`, ...args], { maxBuffer: 2 ** 26 });
  if (input !== undefined) running.child.stdin?.end(JSON.stringify(input));
  try {
    return (await running).stdout;
  } catch (error) {
    if (left === 0 || !/Unable to connect|timeout|refused/.test(String(error))) throw error;
    return kubectl(args, input, left - 1);
  }
}

/** A namespace of a real cluster with suspects in it: Deployment `miner`, CronJob `nightly`, Pod `runner`. */
export class RealCluster implements AsyncDisposable {
  readonly namespace: string;
  /** Every request goes through it. */
  readonly proxy: ApiProxy;
  readonly #roles: readonly object[];

  private constructor(namespace: string, proxy: ApiProxy, roles: readonly object[]) {
    this.namespace = namespace;
    this.proxy = proxy;
    this.#roles = roles;
  }

  /** @param name the namespace is called so, with a suffix: one that was deleted takes minutes to go */
  static async start(name: string): Promise<RealCluster> {
    const namespace = `${name}-${Date.now().toString(36)}`;
    await kubectl(['create', 'namespace', namespace]);
    const roles = await rolesOfChart(namespace);
    await kubectl(['apply', '-f', '-'], list(roles));
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT };
    const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ACCOUNT.namespace } };
    await kubectl(['apply', '-f', '-'], list([home, account]));
    const token = await kubectl(['-n', ACCOUNT.namespace, 'create', 'token', ACCOUNT.name]);
    const view = await kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']);
    const { server, 'certificate-authority-data': ca } = (JSON.parse(view) as KubeConfig)
      .clusters[0]?.cluster ?? { server: '', 'certificate-authority-data': '' };
    const upstream = { server, token: token.trim(), ca: Buffer.from(ca, 'base64') };
    const cluster = new RealCluster(namespace, await ApiProxy.start(upstream), roles);
    await cluster.#fill();
    return cluster;
  }

  async #fill(): Promise<void> {
    const labels = { app: 'miner' };
    const template = { metadata: { labels }, spec: REAL_POD };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    await this.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'miner' },
      spec,
    });
    const job = { spec: { template: { spec: { ...REAL_POD, restartPolicy: 'Never' } } } };
    const cron = { schedule: '0 3 29 2 *', jobTemplate: job };
    await this.create({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly' },
      spec: cron,
    });
    await this.inside('wait', 'deployment/miner', '--for=condition=Available', '--timeout=300s');
    // The namespace has its service account by now.
    await this.createPod('runner');
  }

  /** kubectl in the namespace. */
  inside(...args: readonly string[]): Promise<string> {
    return kubectl(['-n', this.namespace, ...args]);
  }

  create(object: object): Promise<string> {
    const args = ['-n', this.namespace, 'apply', '--server-side', '-f', '-'];
    return kubectl(args, object);
  }

  /** A pod of nobody, ready. */
  async createPod(name: string): Promise<void> {
    const metadata = { name, labels: { app: name } };
    await this.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: REAL_POD });
    await this.ready(name);
  }

  async ready(name: string): Promise<void> {
    await this.inside('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=300s');
  }

  change(kind: string, name: string, patch: object): Promise<string> {
    return this.inside('patch', kind, name, '--type=merge', '-p', JSON.stringify(patch));
  }

  async get(kind: string, name: string): Promise<RawObject | null> {
    const text = await this.inside('get', kind, name, '--ignore-not-found', '-o', 'json');
    return text === '' ? null : (JSON.parse(text) as RawObject);
  }

  /** How many objects there are. */
  async count(...what: readonly string[]): Promise<number> {
    const text = await this.inside('get', ...what, '-o', 'name');
    return text.split('\n').filter((line) => line !== '').length;
  }

  async podsOf(app: string): Promise<readonly string[]> {
    const text = await this.inside('get', 'pods', '-l', `app=${app}`, '-o', 'json');
    const { items } = JSON.parse(text) as { readonly items: readonly RawObject[] };
    return items
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? '')
      .sort();
  }

  finding(kind: string, name: string, pods: readonly string[]) {
    const { namespace } = this;
    const scope = { namespace, workload: { kind, name }, container: null, subject: null };
    return suspect(kind, name, pods, { scope, lastSeen: Date.now() });
  }

  /** Takes what the chart grants. */
  async revoke(): Promise<void> {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], list(this.#roles));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.revoke();
    await kubectl(['delete', 'namespace', this.namespace, '--wait=false']);
    await kubectl(['delete', 'namespace', ACCOUNT.namespace]);
  }
}

function list(items: readonly object[]): object {
  return { apiVersion: 'v1', kind: 'List', items };
}

/** The roles that the chart makes where responses are on, bound to the account. */
async function rolesOfChart(fullnameOverride: string): Promise<readonly object[]> {
  const approvers = ['ana', 'ben'].map((name) => ({ name, token: name }));
  const objects = await renderChart({
    fullnameOverride,
    config: { response: { enabled: true, approvers, readConnections: true } },
    rbac: { responseMakesPods: true },
  });
  const subjects = [{ kind: 'ServiceAccount', ...ACCOUNT }];
  return objects
    .filter(({ kind }) => kind.startsWith('ClusterRole'))
    .map((one) => (one.kind === 'ClusterRoleBinding' ? { ...one, subjects } : one));
}
