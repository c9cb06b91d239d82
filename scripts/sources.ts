import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One TypeScript file and what its syntax says of it. */
export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  /** The files of the same tree that it names: imports, re-exports, and threads that it starts. */
  readonly imports: readonly { readonly to: string; readonly isType: boolean }[];
  /** Packages that it imports by name. */
  readonly packages: readonly string[];
  /** Names that it exports and defines itself. */
  readonly defines: readonly string[];
}

/** Every TypeScript file in `folders` but the tests, by path. */
export function readSources(
  root: string,
  folders: readonly string[],
): ReadonlyMap<string, SourceFile> {
  const paths = folders
    .flatMap((folder) => listFiles(root, folder))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
  return new Map(paths.map((path) => [path, readSource(root, path, new Set(paths))]));
}

/** The files that `starts` reach by imports, themselves included; without those that are only types if so asked. */
export function reachedFrom(
  files: ReadonlyMap<string, SourceFile>,
  starts: readonly string[],
  { types }: { readonly types: boolean },
): ReadonlySet<string> {
  const reached = new Set(starts);
  for (const path of reached) {
    for (const { to, isType } of files.get(path)?.imports ?? [])
      if (types || !isType) reached.add(to);
  }
  return reached;
}

/** The shortest chain of imports, both ends included. */
export function shortestWay(
  files: ReadonlyMap<string, SourceFile>,
  from: string,
  to: string,
): readonly string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const [path] of cameFrom) {
    if (path === to) break;
    for (const next of files.get(path)?.imports ?? [])
      if (!cameFrom.has(next.to)) cameFrom.set(next.to, path);
  }
  if (!cameFrom.has(to)) return null;
  const way: string[] = [];
  for (let path: string | null = to; path !== null; path = cameFrom.get(path) ?? null)
    way.unshift(path);
  return way;
}

function listFiles(root: string, folder: string): readonly string[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => posix.relative(root, posix.join(parentPath, name)))
    .sort();
}

function readSource(root: string, path: string, known: ReadonlySet<string>): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { module } = parseSync(path, text);
  const imports: { to: string; isType: boolean }[] = [];
  const packages: string[] = [];
  const add = (specifier: string, isType: boolean): void => {
    if (!specifier.startsWith('.')) packages.push(specifier);
    const to = posix.normalize(posix.join(posix.dirname(path), specifier));
    if (specifier.startsWith('.') && known.has(to)) imports.push({ to, isType });
  };
  for (const { moduleRequest, entries } of module.staticImports)
    add(moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType));
  for (const { entries } of module.staticExports)
    for (const { moduleRequest, isType } of entries)
      if (moduleRequest !== null) add(moduleRequest.value, isType);
  for (const { moduleRequest } of module.dynamicImports)
    add(text.slice(moduleRequest.start + 1, moduleRequest.end - 1), false);
  for (const [, started = ''] of text.matchAll(/new URL\([`'](\.\/\w+)/g))
    add(`${started}.ts`, false);
  for (const [, started = ''] of text.matchAll(/threadEntry\('([^']+)'\)/g))
    add(posix.relative(posix.dirname(path), started).replace(/^(?!\.)/, './'), false);
  const defines = module.staticExports
    .flatMap(({ entries }) => entries)
    .filter(({ moduleRequest }) => moduleRequest === null)
    .map(({ exportName }) => exportName.name)
    .filter((name) => name !== null);
  return {
    path,
    lines: text.split('\n').length - 1,
    imports,
    packages,
    defines: [...new Set(defines)],
  };
}
