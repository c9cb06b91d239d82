import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { ConfigError } from './configError.ts';

/** Larger files are no configuration. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A YAML file that remembers on which line each of its keys stands. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Line of the deepest part of `path` that the file has; 1 when it has none of it. */
  lineOf(path: readonly PropertyKey[]): number;
  has(path: readonly PropertyKey[]): boolean;
}

/** True for what a file has as a map. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads and parses a YAML file.
 *
 * @throws ConfigError naming the file, and the line where its syntax is broken.
 */
export function readYamlFile(file: string): YamlFile {
  return parseYaml(readText(file), file);
}

/** Parses YAML text that came from `file`. @throws ConfigError */
function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        file,
        line: lines.linePos(error.pos[0]).line,
        key: '',
        message: `is not valid YAML: ${error.message}`,
      })),
    );
  }
  const offsetOf = (path: readonly PropertyKey[]) => walk(document, path).offset;
  return {
    file,
    value: toValue(document, file),
    lineOf: (path) => lines.linePos(offsetOf(path)).line,
    has: (path) => walk(document, path).found,
  };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) throw new Error('it is larger than 4 MiB');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot be read: ${reason}`;
    throw new ConfigError([{ file, line: 0, key: '', message }]);
  }
}

function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // Aliases that would blow up.
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ file, line: 1, key: '', message: `cannot be used: ${reason}` }]);
  }
}

function walk(
  document: Document,
  path: readonly PropertyKey[],
): { readonly offset: number; readonly found: boolean } {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) return { offset, found: false };
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      if (node === undefined) return { offset, found: false };
      offset = startOf(node) ?? offset;
    } else return { offset, found: false };
  }
  return { offset, found: true };
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
