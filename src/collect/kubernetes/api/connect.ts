import { existsSync, readFileSync } from 'node:fs';
import { Agent, type RequestOptions } from 'node:http';
import type { WorkloadsConfig } from '../../config.ts';
import { ApiFailure } from './apiFailure.ts';
import { loginOf, unreadable } from './kubeconfigUser.ts';

/** Mounted into every pod whose service account is. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILE = `${ACCOUNT_FOLDER}/token`;
const NAMESPACE_FILE = `${ACCOUNT_FOLDER}/namespace`;

/** An API server and how to be known to it. */
export interface Connection {
  readonly server: URL;
  /** For error messages. */
  readonly label: string;
  /** Agent and TLS settings. */
  readonly options: Omit<RequestOptions, 'headers'>;
  /** Who we say we are. */
  readonly headers: Readonly<Record<string, string>>;
  /** For error messages: whose credentials these are; null where none are sent. */
  readonly who: string | null;
  /** The server did not accept the credentials: the next connection gets new ones. */
  refused(): void;
  close(): void;
}

/** The address of a path of the API, also of one that is served below a path of its own. */
export function apiUrl(server: URL, path: string): URL {
  return new URL(server.pathname.replace(/\/$/, '') + path, server);
}

/** What of the machine decides how to log in. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the file system begins; empty but in tests. */
  readonly root?: string;
}

/**
 * True when `workloads.source: auto` has an API server to ask: a kubeconfig or context that is named, or the
 * cluster that Burnwatch itself runs in. A kubeconfig in somebody's home is never taken unasked: it may well
 * be of another cluster than the metrics.
 */
export function isApiAtHand(workloads: WorkloadsConfig, machine: Machine): boolean {
  if (workloads.kubeconfig !== undefined || workloads.context !== undefined) return true;
  return isInCluster(machine) || (machine.env['KUBECONFIG'] ?? '') !== '';
}

function isInCluster({ env, root = '' }: Machine): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && existsSync(root + TOKEN_FILE);
}

/** Burnwatch's own namespace; null outside of a cluster. */
export function ownNamespace({ root = '' }: Machine): string | null {
  try {
    return readFileSync(root + NAMESPACE_FILE, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/**
 * Reads the kubeconfig, or the service account's files, and logs in as they say. They are read again with
 * every call, since tokens and certificates are replaced while Burnwatch runs.
 *
 * @throws ApiFailure `not-configured` naming file and cure, `unauthorized` when logging in fails.
 */
export async function connect(workloads: WorkloadsConfig, machine: Machine): Promise<Connection> {
  // Takes 90 MB and a quarter of a second: only who asks the API pays for it.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const { source, files } = load(config, workloads, machine);
  if (workloads.context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(workloads.context)) {
      throw new ApiFailure(
        'not-configured',
        `workloads.context ${workloads.context} is not in ${source}, which has ${names.join(', ') || 'none'}`,
      );
    }
    config.setCurrentContext(workloads.context);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null || !URL.canParse(cluster.server)) {
    throw new ApiFailure(
      'not-configured',
      `${source} names no cluster to use: set its current-context, or workloads.context`,
    );
  }
  const server = new URL(cluster.server);
  const label = `the Kubernetes API at ${server.host}`;
  if (server.protocol === 'http:') {
    // As `kubectl proxy` serves it. No credential ever goes over a line that anybody can read.
    const agent = new Agent({ keepAlive: true });
    const nobody = { headers: {}, who: null, refused: () => undefined };
    return { server, label, options: { agent }, ...nobody, close: () => agent.destroy() };
  }
  const options: RequestOptions = { headers: {} };
  const user = config.getCurrentUser();
  const login =
    user === null || files.length === 0
      ? null
      : await loginOf({ files, user: user.name, cluster: cluster.name, env: machine.env });
  if (user !== null && login !== null) {
    const { exec: _, ...plain } = user;
    const { token, clientCertificate, clientKey } = login.credential;
    const known = {
      ...plain,
      ...(token !== undefined && { token }),
      ...(clientCertificate !== undefined && { certData: base64(clientCertificate) }),
      ...(clientKey !== undefined && { keyData: base64(clientKey) }),
    };
    config.users = config.users.map((one) => (one === user ? known : one));
  }
  const who = files.length === 0 ? source : `user "${user?.name ?? ''}" of ${source}`;
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new ApiFailure('unauthorized', `logging in as ${who} failed: ${reasonOf(error)}`);
  }
  const { headers, ...rest } = options;
  const agent = options.agent as Agent | undefined;
  return {
    server,
    label,
    options: rest,
    headers: trimmed(headers),
    who,
    refused: () => login?.refused(),
    close: () => agent?.destroy(),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

interface Loadable {
  loadFromFile(file: string): void;
  loadFromCluster(root?: string): void;
  loadFromDefault(): void;
}

/** What the configuration is called in messages, and its files: none in the cluster. */
interface Loaded {
  readonly source: string;
  readonly files: readonly string[];
}

function load(config: Loadable, workloads: WorkloadsConfig, machine: Machine): Loaded {
  const { kubeconfig, context } = workloads;
  const { env, root } = machine;
  try {
    if (kubeconfig !== undefined) {
      config.loadFromFile(kubeconfig);
      return { source: kubeconfig, files: [kubeconfig] };
    }
    if (context === undefined && isInCluster(machine)) {
      config.loadFromCluster(root);
      return { source: 'the service account', files: [] };
    }
    const file = env['KUBECONFIG'] || `${env['HOME'] ?? ''}/.kube/config`;
    const files = file.split(':').filter((one) => existsSync(one));
    if (files.length === 0) {
      throw new ApiFailure(
        'not-configured',
        `there is no kubeconfig: set workloads.kubeconfig, run inside the cluster with a service account, or set workloads.source to prometheus or file`,
      );
    }
    config.loadFromDefault();
    return { source: file, files };
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    const name = kubeconfig ?? 'the kubeconfig';
    const reason = unreadable(error) ?? 'is no kubeconfig';
    throw new ApiFailure('not-configured', `${name} ${reason}: set workloads.kubeconfig to one`);
  }
}

/** Token files often end in a newline, which no header may hold. */
function trimmed(headers: RequestOptions['headers']): Readonly<Record<string, string>> {
  const pairs = Object.entries((headers ?? {}) as Record<string, string>);
  return Object.fromEntries(pairs.map(([name, value]) => [name, value.trim()]));
}

/** What a plug-in for logging in says may hold what it was given: only the kind of error is told. */
function reasonOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name ?? 'unknown';
}
