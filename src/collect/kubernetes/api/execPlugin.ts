import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { SECOND_MS } from '../../../model/time.ts';
import { ApiFailure } from './apiFailure.ts';

/** What proves to the API server who asks. */
export interface Credential {
  readonly token?: string;
  /** PEM. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/** A credential of a kubeconfig's user, and what to do once the API server does not accept it. */
export interface Login {
  readonly credential: Credential;
  refused(): void;
}

/** `users[].user.exec` of a kubeconfig. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: string;
}

export interface ExecParts {
  /** For messages: the user and the file. */
  readonly who: string;
  /** Of the kubeconfig: a command with a slash in it is relative to it. */
  readonly folder: string;
  /** The cluster as the kubeconfig has it. */
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** kubectl waits for ever; a cycle does not. */
const PATIENCE_MS = 60 * SECOND_MS;
const MAX_OUTPUT = 2 ** 20;
const GROUP = 'client.authentication.k8s.io';
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`];

const answerSchema = z.object({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

interface Held {
  readonly credential: Credential;
  /** Milliseconds since the epoch; null: until the API server refuses it. */
  readonly expires: number | null;
}

/** For the process, as kubectl's: a connection is made for every cycle, and a plugin may ask a cloud each time. */
const held = new LRUCache<string, Held>({ max: 50 });

/**
 * Gets a credential from a plugin as kubectl does (client-go, `plugin/pkg/client/auth/exec`): no input, the cluster in
 * `KUBERNETES_EXEC_INFO` where it is asked for, and the answer kept until it expires or the API server refuses it.
 *
 * @throws ApiFailure; what the plugin printed is not in it, since that may be a credential
 */
export async function runExecPlugin(plugin: ExecPlugin, parts: ExecParts): Promise<Login> {
  const { who } = parts;
  const { apiVersion = '', interactiveMode, command = '' } = plugin;
  const refuse = (text: string) => new ApiFailure('not-configured', `exec of ${who} ${text}`);
  if (command === '') throw refuse('names no command');
  if (!VERSIONS.includes(apiVersion))
    throw refuse(
      `has apiVersion ${JSON.stringify(apiVersion)}: only ${VERSIONS.join(' and ')} are known`,
    );
  if (apiVersion === VERSIONS[0] && interactiveMode === undefined)
    throw refuse(`needs interactiveMode: Never or IfAvailable, as ${apiVersion} asks for it`);
  if (interactiveMode === 'Always')
    throw refuse('has interactiveMode Always, and Burnwatch cannot answer: set it to IfAvailable');
  const key = JSON.stringify([plugin, parts.folder, parts.cluster]);
  const refused = () => void held.delete(key);
  const known = held.get(key);
  if (known !== undefined && (known.expires === null || known.expires > Date.now()))
    return { credential: known.credential, refused };
  const fresh = read(await outputOf(plugin, parts), plugin, parts);
  held.set(key, fresh);
  return { credential: fresh.credential, refused };
}

function outputOf(plugin: ExecPlugin, { who, folder, cluster, env }: ExecParts): Promise<string> {
  const { command = '', args, apiVersion, provideClusterInfo = false, installHint = '' } = plugin;
  const program = command.includes(sep) ? resolve(folder, command) : command;
  const spec = {
    interactive: false,
    ...(provideClusterInfo && { cluster: clusterInfo(cluster, folder) }),
  };
  const own = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
  return new Promise((done, fail) => {
    const failed = (text: string) =>
      fail(new ApiFailure('unauthorized', `exec plugin ${command} of ${who} ${text}`));
    const child = spawn(program, [...(args ?? [])], {
      env: { ...env, ...own, KUBERNETES_EXEC_INFO: info },
      // Its words are not ours to show; a plugin that reads its input gets its end.
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      if (output.length > MAX_OUTPUT) child.kill('SIGKILL');
    });
    child.on('error', ({ code }: NodeJS.ErrnoException) => {
      const hint = installHint === '' ? '' : `: ${oneLine(installHint)}`;
      failed(code === 'ENOENT' ? `is not installed${hint}` : `cannot be run (${code})`);
    });
    child.on('close', (code, signal) => {
      if (code === 0 && output.length <= MAX_OUTPUT) done(output);
      else if (output.length > MAX_OUTPUT) failed('prints more than 1 MiB');
      else if (signal !== null) failed(`did not end within ${PATIENCE_MS / SECOND_MS} s`);
      else failed(`ended with exit code ${code}: run it by itself to see why`);
    });
  });
}

/** The cluster as plugins get it: the kubeconfig's own fields, the authority as text, and what it has for plugins. */
function clusterInfo(cluster: ExecParts['cluster'], folder: string): object {
  const { extensions, 'certificate-authority': authority, ...rest } = cluster;
  const list = (extensions ?? []) as readonly {
    readonly name?: string;
    readonly extension?: unknown;
  }[];
  const extension = list.find(({ name }) => name === `${GROUP}/exec`)?.extension;
  const data = 'certificate-authority-data';
  return {
    ...rest,
    ...(typeof authority === 'string' &&
      rest[data] === undefined && {
        [data]: readFileSync(resolve(folder, authority)).toString('base64'),
      }),
    ...(extension !== undefined && { config: extension }),
  };
}

function read(output: string, { command, apiVersion }: ExecPlugin, { who }: ExecParts): Held {
  const fail = (text: string) =>
    new ApiFailure('unauthorized', `exec plugin ${command} of ${who} ${text}`);
  const { data } = answerSchema.safeParse(jsonOf(output));
  if (data === undefined) throw fail('prints no ExecCredential with a status');
  if (data.apiVersion !== apiVersion)
    throw fail(`answers as ${oneLine(data.apiVersion)} where ${apiVersion} was asked for`);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = data.status;
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined))
    throw fail('gives only one of clientCertificateData and clientKeyData');
  if (!token && clientCertificateData === undefined)
    throw fail('gives neither a token nor a client certificate');
  return {
    credential: {
      ...(token && { token }),
      ...(clientCertificateData !== undefined && { clientCertificate: clientCertificateData }),
      ...(clientKeyData !== undefined && { clientKey: clientKeyData }),
    },
    expires: expirationTimestamp ? Date.parse(expirationTimestamp) : null,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .slice(0, 300)
    .trim();
}
