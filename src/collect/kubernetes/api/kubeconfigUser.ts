import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { ApiFailure } from './apiFailure.ts';
import { runExecPlugin, type ExecPlugin, type Login } from './execPlugin.ts';

interface RawUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly exec?: ExecPlugin | null;
}

interface RawEntry {
  readonly name?: string;
  readonly user?: RawUser | null;
  readonly cluster?: Readonly<Record<string, unknown>> | null;
}

interface RawKubeconfig {
  readonly users?: readonly RawEntry[] | null;
  readonly clusters?: readonly RawEntry[] | null;
}

/** An entry of a kubeconfig, and the file that it stands in. */
interface Found {
  readonly entry: RawEntry;
  readonly file: string;
}

export interface LoginParts {
  /** Every file of the kubeconfig; the first that has an entry decides, as kubectl merges them. */
  readonly files: readonly string[];
  readonly user: string;
  readonly cluster: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Logs a user of a kubeconfig in by `tokenFile` or `exec` as kubectl does: the client library reads neither so. Null for
 * a user that has neither of them: the library logs them in.
 *
 * @throws ApiFailure naming the file, the user and the cure
 */
export async function loginOf({ files, user, cluster, env }: LoginParts): Promise<Login | null> {
  const found = find(files, 'users', user);
  if (found === null) return null;
  const { entry, file } = found;
  const { token = '', tokenFile = '', exec } = entry.user ?? {};
  const who = `user "${user}" of ${file}`;
  if (tokenFile !== '') {
    const read = readToken(resolve(dirname(file), tokenFile), who, token);
    return { credential: { token: read }, refused: () => undefined };
  }
  // As in kubectl, a token that stands there itself goes before what a plugin would give.
  if (exec === undefined || exec === null || token !== '') return null;
  const raw = find(files, 'clusters', cluster)?.entry.cluster ?? {};
  return runExecPlugin(exec, { who, folder: dirname(file), cluster: raw, env });
}

/** The file goes before a token that stands beside it, as long as it can be read. */
function readToken(file: string, who: string, token: string): string {
  try {
    const read = readFileSync(file, 'utf8').trim();
    if (read !== '') return read;
  } catch (error) {
    if (token !== '') return token;
    const reason = unreadable(error) ?? `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new ApiFailure('unauthorized', `tokenFile ${file} of ${who} ${reason}`);
  }
  if (token !== '') return token;
  throw new ApiFailure('unauthorized', `tokenFile ${file} of ${who} is empty`);
}

/** What the usual errors of reading a file say of it; null for any other. */
export function unreadable(error: unknown): string | null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EACCES' ? 'may not be read' : null;
}

function find(files: readonly string[], list: 'users' | 'clusters', name: string): Found | null {
  for (const file of files) {
    const { [list]: entries } = (parse(readFileSync(file, 'utf8')) ?? {}) as RawKubeconfig;
    const entry = entries?.find((one) => one.name === name);
    if (entry !== undefined) return { entry, file };
  }
  return null;
}
