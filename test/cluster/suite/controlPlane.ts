import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { startDaemon, type Daemon } from '../../support/daemon.ts';
import { CLUSTER_FOLDER, type RunningCluster } from '../host/folders.ts';
import { kubectl, restart, type Target } from './target.ts';

const NAMESPACE = 'control-plane-suite';
const INGEST = 'ingest-token-0123456789';
const READ = 'reading-token-0123456789';
const WINDOW_MS = 60_000;
/** Windows in which a component was seen before its absence counts (thresholds/controlPlane.yaml), and some to seal. */
const KNOWN_MS = 7 * WINDOW_MS;
/** Two windows down, and the edges of windows. */
const SCHEDULER_AWAY_SECONDS = 190;
const ABUSE_MS = 2 * WINDOW_MS;
const REPORTED_WITHIN_MS = 8 * WINDOW_MS;
const BETWEEN_CALLS_MS = 300;
const SHIP_MS = 3_000;
const LINES_OF_A_REQUEST = 1_000;

/** A finding as the API gives it. */
interface Found {
  readonly rule: string;
  readonly kind: string;
  readonly severity: string;
  readonly namespace?: string;
  readonly workload?: { readonly kind: string; readonly name: string };
  readonly startedAt: string;
  readonly firstSeen: string;
  readonly summary: string;
  readonly evidence: readonly { readonly signal: string; readonly text: string }[];
}

/** Something that is done to the cluster, and the finding that has to report it. */
interface Expected {
  readonly name: string;
  /** Who did it, and what, as the finding has to name them. */
  readonly says: readonly RegExp[];
  readonly isStory?: true;
  fits(finding: Found): boolean;
}

/**
 * Does to the cluster what its API and its components suffer from: a client that lists everything in a loop, one with a wrong
 * token, an exec into a pod, a scheduler that is stopped. A daemon of this checkout gets the audit log as a log shipper
 * sends it, and has to report each with who, what and since when. @returns what was not reported.
 */
export async function controlPlane(
  target: Target & { readonly local: RunningCluster },
  tell: (message: string) => void,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'burnwatch-control-plane-'));
  const ending = new AbortController();
  try {
    await writeFile(join(folder, 'burnwatch.yaml'), stringify(configuration(target)));
    await using daemon = await startDaemon({ cwd: folder });
    const shipping = shipAuditLog(daemon, ending.signal);
    tell(`A daemon runs on windows of a minute, and gets the audit log: ${daemon.pages}`);
    const prepared = Date.now();
    await prepare(target);
    await sleep(KNOWN_MS);
    const begun = Date.now();
    tell(`${new Date(begun).toISOString()} the scheduler stops, clients begin`);
    const away = restart(target.local, 'kube-scheduler', SCHEDULER_AWAY_SECONDS);
    await Promise.all([abuse(target), execInto(target)]);
    const missing = await untilReported(daemon, { prepared, begun }, tell);
    await away;
    ending.abort();
    await shipping;
    return missing;
  } finally {
    ending.abort();
    await kubectl(target, ['delete', 'namespace', NAMESPACE, '--wait=false']).catch(
      () => undefined,
    );
    await kubectl(target, ['delete', 'clusterrolebinding', NAMESPACE]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

function configuration({ prometheus, kubeconfig }: Target): object {
  return {
    cluster: 'test',
    prometheus: { url: prometheus },
    workloads: { source: 'kubernetes', kubeconfig },
    schedule: { window: '1m', settle: '30s', cycle: '* * * * *', initialBackfill: '15m' },
    history: { path: 'burnwatch.db' },
    serve: {
      listen: '127.0.0.1:0',
      probes: '127.0.0.1:0',
      tokens: [
        { name: 'audit', token: INGEST, scopes: ['ingest'] },
        { name: 'reader', token: READ, scopes: ['read'] },
      ],
    },
  };
}

/** A pod to look into, and a service account that may read. */
async function prepare(target: Target): Promise<void> {
  const name = NAMESPACE;
  const account = { kind: 'ServiceAccount', metadata: { name: 'looper', namespace: name } };
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'v1', ...account },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'looper', namespace: name }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: name },
      spec: {
        selector: { matchLabels: { app: 'shop' } },
        template: {
          metadata: { labels: { app: 'shop' } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'shop', image: target.image, command: ['sleep', '3600'] }],
          },
        },
      },
    },
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl(target, ['apply', '--server-side', '--validate=false', '--filename=-'], list);
  await kubectl(target, ['rollout', 'status', 'deployment/shop', '-n', name, '--timeout=120s']);
}

/** One client lists all pods in one answer a few times a second, another tries a token that the server does not know. */
async function abuse(target: Target): Promise<void> {
  const token = (await kubectl(target, ['create', 'token', 'looper', '-n', NAMESPACE])).trim();
  const [{ cluster }] = (parse(await readFile(target.kubeconfig, 'utf8')) as Kubeconfig).clusters;
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
  const list = (bearer: string, agent: string): Promise<void> =>
    new Promise((resolve) => {
      const headers = { authorization: `Bearer ${bearer}`, 'user-agent': agent };
      get(`${cluster.server}/api/v1/pods`, { ca, headers }, (response) => {
        response.resume().once('close', resolve);
      }).once('error', () => resolve());
    });
  const until = Date.now() + ABUSE_MS;
  while (Date.now() < until) {
    await Promise.all([list(token, 'looper/1.0'), list('wrong', 'guesser/1.0')]);
    await sleep(BETWEEN_CALLS_MS);
  }
}

interface Kubeconfig {
  readonly clusters: readonly [
    {
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    },
  ];
}

async function execInto(target: Target): Promise<void> {
  await kubectl(target, ['exec', '-n', NAMESPACE, 'deployment/shop', '--', 'id']);
}

const EXPECTED: readonly Expected[] = [
  {
    name: 'the client that lists in a loop',
    says: [
      new RegExp(`system:serviceaccount:${NAMESPACE}:looper with looper/1.0 from \\d+`),
      /LIST without a limit/,
      /list pods/,
    ],
    fits: ({ rule }) => rule === 'lists-without-limit',
  },
  {
    name: 'the client with failed logins',
    says: [/unauthenticated with guesser\/1\.0 from \d+\./, /401/],
    fits: ({ rule }) => rule === 'failed-logins',
  },
  {
    name: 'the exec into a pod',
    says: [/admin opened exec into pod control-plane-suite\/shop-\S+: id/],
    isStory: true,
    fits: ({ kind, workload }) => kind === 'signal' && workload?.name === 'shop',
  },
  {
    name: 'the stopped scheduler',
    says: [/kube-scheduler \(job kube-scheduler\) is down/],
    fits: ({ rule, severity }) => rule === 'component-down' && severity === 'critical',
  },
];

async function untilReported(
  daemon: Daemon,
  { prepared, begun }: { readonly prepared: number; readonly begun: number },
  tell: (message: string) => void,
): Promise<readonly string[]> {
  const missing = new Set(EXPECTED);
  const wrong: string[] = [];
  const find = (): Promise<readonly Found[]> => read(daemon, '/findings?state=all&limit=1000');
  while (missing.size > 0 && Date.now() < begun + REPORTED_WITHIN_MS) {
    const findings = await find();
    for (const one of missing) {
      const found = findings.find((finding) => {
        const texts = [finding.summary, ...finding.evidence.map(({ text }) => text)].join('\n');
        return one.fits(finding) && one.says.every((part) => part.test(texts));
      });
      if (found === undefined) continue;
      missing.delete(one);
      tell(
        `${one.name}: ${found.severity}, since ${found.startedAt}, recognised ${found.firstSeen}`,
      );
      tell(`  ${found.summary}`);
      const since = Date.parse(found.startedAt);
      // The exec is a step of a story that began with what the suite itself prepared.
      const from = one.isStory === true ? prepared : begun;
      if (since < from - 2 * WINDOW_MS || since > begun + 2 * WINDOW_MS)
        wrong.push(`${one.name}: since ${found.startedAt}`);
    }
    await sleep(SHIP_MS);
  }
  if (missing.size > 0) tell(JSON.stringify(await find(), null, 1));
  return [...wrong, ...[...missing].map(({ name }) => `${name}: not reported`)];
}

async function read<T>(daemon: Daemon, path: string): Promise<T> {
  const headers = { authorization: `Bearer ${READ}` };
  const answer = await fetch(`${daemon.pages}/api/v1${path}`, { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Sends what the API server appends to its audit log from now on, line by line, as Fluent Bit or Vector do. */
async function shipAuditLog(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const path = join(CLUSTER_FOLDER, 'audit.log');
  let offset = (await stat(path)).size;
  while (!signal.aborted) {
    const size = (await stat(path)).size;
    // It was rotated.
    if (size < offset) offset = 0;
    const text = await readFrom(path, offset, size);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const lines = whole.split('\n').filter(Boolean);
    for (let at = 0; at < lines.length; at += LINES_OF_A_REQUEST)
      await send(daemon, lines.slice(at, at + LINES_OF_A_REQUEST).join('\n'));
    offset += Buffer.byteLength(whole);
    await sleep(SHIP_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readFrom(path: string, offset: number, end: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(end - offset),
      0,
      end - offset,
      offset,
    );
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function send(daemon: Daemon, body: string): Promise<void> {
  const headers = { authorization: `Bearer ${INGEST}` };
  const answer = await fetch(`${daemon.pages}/ingest/audit`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`/ingest/audit: ${answer.status} ${await answer.text()}`);
}
