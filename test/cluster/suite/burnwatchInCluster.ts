import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { findKubeTool } from '../../support/kubeTools.ts';
import { NODE_IP, PROMETHEUS_PORT } from '../host/addresses.ts';
import { REPOSITORY } from '../host/folders.ts';
import { BURNWATCH_IMAGE } from '../host/images.ts';
import { auditedRequests, kubectl, type Target } from './target.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Manifest {
  readonly kind: string;
  readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const NAMESPACE = 'burnwatch';
const IN_NAMESPACE = `--namespace=${NAMESPACE}`;
const CHART = join(REPOSITORY, 'deploy/helm/burnwatch');
const [IMAGE_REPOSITORY = '', IMAGE_TAG = ''] = BURNWATCH_IMAGE.split(/:(?=[^:]*$)/);
const VALUES = {
  image: { repository: IMAGE_REPOSITORY, tag: IMAGE_TAG, pullPolicy: 'Never' },
  config: { prometheus: { url: `http://${NODE_IP}:${PROMETHEUS_PORT}` } },
};
/** The kubelet brings a changed ConfigMap into a pod within a minute or so. */
const RELOAD_TIMEOUT_MS = 180_000;
const STEP_MS = 2000;

/**
 * Installs the chart under enforced `restricted`, after the API server has taken the rendered manifests and both
 * overlays without persisting them. Gives what the release consists of.
 */
export async function installBurnwatch(target: Target): Promise<readonly Manifest[]> {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: NAMESPACE,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
  await freeReleasedVolumes(target);
  await kubectl(target, ['apply', '--server-side', '--filename=-'], JSON.stringify(namespace));
  const base = await kubectl(target, ['kustomize', join(REPOSITORY, 'deploy/manifests')]);
  await kubectl(target, ['apply', '--server-side', '--dry-run=server', '--filename=-'], base);
  await helm(target, ['install', ...RELEASE, '--values', '-'], VALUES);
  const text = await helm(target, ['get', 'manifest', NAMESPACE]);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** No provisioner runs on this machine's cluster: a volume that an earlier run used is offered again, with its files. */
async function freeReleasedVolumes(target: Target): Promise<void> {
  if (!target.local) return;
  const template = '{range .items[?(@.status.phase=="Released")]}{.metadata.name}{"\\n"}{end}';
  const released = await kubectl(target, ['get', 'pv', `--output=jsonpath=${template}`]);
  for (const name of released.split('\n').filter(Boolean)) {
    const patch = '[{"op":"remove","path":"/spec/claimRef"}]';
    await kubectl(target, ['patch', 'pv', name, '--type=json', `--patch=${patch}`]);
  }
}

const RELEASE = ['burnwatch', CHART];

/** True when the pod of the StatefulSet became ready in time. */
export async function isBurnwatchReady(target: Target): Promise<boolean> {
  try {
    const flags = ['--namespace=burnwatch', '--timeout=180s'];
    await kubectl(target, ['rollout', 'status', 'statefulset/burnwatch', ...flags]);
    return true;
  } catch {
    return false;
  }
}

/**
 * What an operator does with a release, in order: a changed setting is reloaded by the same pod, one that cannot be
 * reloaded makes another, a backup is written and restored by the documented commands, a rollback comes up again, and
 * an uninstall leaves only the volume. @throws Error naming the step.
 */
export async function operateBurnwatch(
  target: Target,
  tell: (text: string) => void,
): Promise<void> {
  const podUid = (): Promise<string> =>
    kubectl(target, [
      IN_NAMESPACE,
      'get',
      'pod',
      'burnwatch-0',
      '--output=jsonpath={.metadata.uid}',
    ]);
  const upgrade = async (values: object): Promise<void> => {
    await helm(target, ['upgrade', ...RELEASE, '--reuse-values', '--values', '-'], values);
    if (!(await isBurnwatchReady(target))) throw new Error('the upgraded release is not ready');
  };
  const first = await podUid();
  await upgrade({ config: { budgets: [{ namespace: 'burnwatch', monthly: 10 }] } });
  await untilLogged(target, 'Configuration reloaded');
  if ((await podUid()) !== first) throw new Error('a setting that can be reloaded made a new pod');
  tell('helm upgrade: reloaded by the same pod');

  const backup = `/var/lib/burnwatch/backup-${Date.now()}.db`;
  const burnwatch = (command: string): Promise<string> =>
    kubectl(target, [
      IN_NAMESPACE,
      'exec',
      'burnwatch-0',
      '--',
      '/nodejs/bin/node',
      '/app/bin/burnwatch.mjs',
      command,
      backup,
      '--config=/etc/burnwatch/burnwatch.yaml',
    ]);
  await burnwatch('backup');
  await upgrade({ maintenance: true });
  if ((await podUid()) === first) throw new Error('maintenance made no new pod');
  await burnwatch('restore');
  await upgrade({ maintenance: false });
  tell('backup, maintenance, restore: ready again');

  await helm(target, ['rollback', NAMESPACE, '1', '--wait', '--timeout', '5m']);
  if (!(await isBurnwatchReady(target))) throw new Error('the release rolled back is not ready');
  tell('helm rollback: ready');
  await helm(target, ['uninstall', NAMESPACE, '--wait']);
  const left = await kubectl(target, [
    IN_NAMESPACE,
    'get',
    '--output=name',
    'statefulsets,services,serviceaccounts,networkpolicies,persistentvolumeclaims',
  ]);
  const expected = ['serviceaccount/default', 'persistentvolumeclaim/history-burnwatch-0'];
  const unexpected = left.split('\n').filter((name) => name && !expected.includes(name));
  if (unexpected.length > 0) throw new Error(`uninstall left ${unexpected.join(', ')}`);
  tell('helm uninstall: only the volume is left');
}

async function untilLogged(target: Target, text: string): Promise<void> {
  const end = Date.now() + RELOAD_TIMEOUT_MS;
  while (Date.now() < end) {
    const log = await kubectl(target, [IN_NAMESPACE, 'logs', 'burnwatch-0']);
    if (log.includes(text)) return;
    await sleep(STEP_MS);
  }
  throw new Error(`the log has no line with "${text}"`);
}

async function helm(target: Target, args: readonly string[], values?: object): Promise<string> {
  const program = await findKubeTool('helm');
  const flags = ['--kubeconfig', target.kubeconfig, '--namespace', NAMESPACE];
  const running = run(program, [...args, ...flags], { maxBuffer: MAX_OUTPUT_BYTES });
  running.child.stdin?.end(values === undefined ? '' : stringify(values));
  return (await running).stdout;
}

/** Verbs granted and never used, and requests refused, from the manifests and the API server's audit log. */
export async function compareGrants(manifests: readonly Manifest[]): Promise<{
  readonly used: readonly string[];
  readonly unused: readonly string[];
  readonly refused: readonly string[];
}> {
  await sleep(1000);
  const requests = await auditedRequests();
  const used = new Set<string>();
  const refused = new Set<string>();
  for (const key of requests.keys()) {
    const [verb = '', resource = '', code = ''] = key.split(' ');
    if (code === '403') refused.add(`${verb} ${resource}`);
    else used.add(`${verb} ${resource}`);
  }
  const granted = manifests.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => `${verb} ${group ? `${group}/` : ''}${resource}`),
        ),
      ),
    ),
  );
  return {
    used: [...used].sort(),
    unused: granted.filter((grant) => !used.has(grant)).sort(),
    refused: [...refused].sort(),
  };
}
