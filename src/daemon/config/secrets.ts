import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Keys whose value is a secret; each can be given as `…File` instead. */
const SECRET_KEYS = new Set(['bearerToken', 'password', 'token', 'appToken', 'url', 'secret']);

type Report = (path: readonly PropertyKey[], message: string) => void;
type Tree = Record<string, unknown>;

/**
 * Returns the configuration with every `…File` secret read into the key it stands for, and every path
 * made absolute: paths are relative to the configuration file. Of what cannot be read, `report` is told.
 */
export function resolveFiles<T extends object>(config: T, configFile: string, report: Report): T {
  const base = dirname(resolve(configFile));
  return resolveTree(config as Tree, base, [], report) as T;
}

function resolveTree(
  tree: Tree,
  base: string,
  path: readonly PropertyKey[],
  report: Report,
): unknown {
  if (Array.isArray(tree)) {
    return tree.map((item, index) => resolveItem(item, base, [...path, index], report));
  }
  const result: Tree = {};
  for (const [key, value] of Object.entries(tree)) {
    const at = [...path, key];
    if (typeof value !== 'string') {
      result[key] = resolveItem(value, base, at, report);
      continue;
    }
    result[key] = isPath(at) ? resolve(base, value) : value;
    const secret = key.replace(/File$/, '');
    if (secret === key) continue;
    const isSecret = SECRET_KEYS.has(secret);
    if (isSecret && tree[secret] !== undefined) {
      report(at, `is given together with ${secret}: keep only one of them`);
    } else {
      const text = readSecret(resolve(base, value), (message) => report(at, message));
      if (isSecret && text !== null) result[secret] = text;
    }
  }
  return result;
}

function resolveItem(
  value: unknown,
  base: string,
  path: readonly PropertyKey[],
  report: Report,
): unknown {
  if (typeof value === 'object' && value !== null && !isFreeMap(path))
    return resolveTree(value as Tree, base, path, report);
  return typeof value === 'string' && isPath(path) ? resolve(base, value) : value;
}

/** Maps whose keys are the user's own: labels and headers. */
function isFreeMap(path: readonly PropertyKey[]): boolean {
  return ['match', 'headers', 'teams'].includes(String(path.at(-1)));
}

const PATHS = new Set([
  'workloads.path',
  'workloads.kubeconfig',
  'history.path',
  'siem.path',
  'thresholds',
]);

function isPath(path: readonly PropertyKey[]): boolean {
  const key = path.filter((part) => typeof part === 'string').join('.');
  return PATHS.has(key) || key.endsWith('File') || key === 'pricing.priceList.cacheDir';
}

/** A secret's file: what it holds, less the newline that editors and `echo` leave at its end. */
function readSecret(file: string, report: (message: string) => void): string | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') report(`names ${file}, which does not exist`);
    else if (code === 'EACCES') report(`names ${file}, which this user may not read`);
    else report(`names ${file}, which cannot be read: ${code ?? String(error)}`);
    return null;
  }
  if (text.trim() === '') {
    report(`names ${file}, which is empty`);
    return null;
  }
  return text;
}

/** Every secret value in the configuration, so that whatever is printed can be cleared of them. */
export function secretValues(config: unknown): readonly string[] {
  const found = new Set<string>();
  collect(config, [], found);
  return [...found].filter((value) => value.length >= 4);
}

function collect(value: unknown, path: readonly string[], found: Set<string>): void {
  if (typeof value === 'string') {
    const key = path.at(-1) ?? '';
    const isHeader = path.at(-2) === 'headers' && /auth|token|key|cookie|secret/i.test(key);
    const isUrl = key === 'url' || key === 'source' || key.endsWith('Url');
    if (isHeader) found.add(value);
    else if (isUrl) {
      for (const part of credentialsOf(value)) found.add(part);
      if (path.includes('webhooks')) found.add(value);
    } else if (SECRET_KEYS.has(key)) found.add(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) collect(child, [...path, key], found);
}

function credentialsOf(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}
