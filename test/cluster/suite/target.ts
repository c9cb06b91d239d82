import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { CLUSTER_FILE, CLUSTER_FOLDER, type RunningCluster } from '../host/folders.ts';
import { BUSYBOX_IMAGE } from '../host/images.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** The cluster that the suite runs against. */
export interface Target {
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly prometheus: string;
  /** Also scrapes `/metrics/resource`; only of the cluster that `npm run cluster` starts. */
  readonly prometheusWithResource: string | null;
  readonly image: string;
  /** Set when `npm run cluster` started it: its programs can be restarted, its audit log read. */
  readonly local: RunningCluster | null;
}

/** From BURNWATCH_TEST_KUBECONFIG and BURNWATCH_TEST_PROMETHEUS, else the cluster on this machine; or what is missing. */
export async function findTarget(): Promise<Target | string> {
  const {
    BURNWATCH_TEST_KUBECONFIG: kubeconfig,
    BURNWATCH_TEST_PROMETHEUS: prometheus,
    BURNWATCH_TEST_IMAGE: image = 'busybox:1.36',
    KUBECTL: kubectl = 'kubectl',
  } = process.env;
  if (kubeconfig) {
    if (!prometheus) return 'BURNWATCH_TEST_PROMETHEUS, the address of its Prometheus';
    return { kubeconfig, kubectl, prometheus, image, prometheusWithResource: null, local: null };
  }
  const text = await readFile(CLUSTER_FILE, 'utf8').catch(() => null);
  if (text === null) return 'a cluster: npm run cluster, or BURNWATCH_TEST_KUBECONFIG';
  const local = JSON.parse(text) as RunningCluster;
  return {
    kubeconfig: local.kubeconfig,
    kubectl: local.kubectl,
    prometheus: local.prometheus,
    prometheusWithResource: local.prometheusWithResource,
    image: BUSYBOX_IMAGE,
    local,
  };
}

/** Runs kubectl to its end; its error holds what it printed. */
export async function kubectl(
  { kubeconfig, kubectl: program }: Target,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const running = run(program, [`--kubeconfig=${kubeconfig}`, ...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (input !== undefined) running.child.stdin?.end(input);
  return (await running).stdout;
}

/** Starts kubectl and lets it run on; what it writes to stderr is printed, so that a start that failed shows. */
export function startKubectl(target: Target, args: readonly string[]): void {
  const child = spawn(target.kubectl, [`--kubeconfig=${target.kubeconfig}`, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('error', (error) => process.stderr.write(`kubectl: ${error.message}\n`));
  child.unref();
}

/** Ends a program of the local cluster and starts it again after so many seconds. */
export async function restart(
  local: RunningCluster,
  name: string,
  awaySeconds: number,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request(
      {
        socketPath: local.control,
        method: 'POST',
        path: `/restart?name=${name}&seconds=${awaySeconds}`,
      },
      (response) => {
        response.resume();
        if (response.statusCode === 204) resolve();
        else reject(new Error(`restart of ${name}: ${response.statusCode}`));
      },
    )
      .once('error', reject)
      .end();
  });
}

/** The verbs and resources that Burnwatch's ServiceAccount asked the API server of the local cluster for. */
export async function auditedRequests(): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(`${CLUSTER_FOLDER}/audit.log`, 'utf8').catch(() => '');
  const counts = new Map<string, number>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { user, verb, objectRef, responseStatus } = JSON.parse(line) as {
      user?: { username?: string };
      verb: string;
      objectRef?: { apiGroup?: string; resource?: string };
      responseStatus?: { code?: number };
    };
    if (user?.username !== 'system:serviceaccount:burnwatch:burnwatch') continue;
    const what = objectRef
      ? `${objectRef.apiGroup ? `${objectRef.apiGroup}/` : ''}${objectRef.resource}`
      : 'other';
    const key = `${verb} ${what} ${responseStatus?.code}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
