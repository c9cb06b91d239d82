import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

import { knownKeys, schemaAt } from './explainIssue.ts';
import type { Report } from './configPart.ts';

type Tree = Record<string, unknown>;
type Path = readonly PropertyKey[];

/** A key whose value is a secret can be given as `…File` instead: the schema knows both. */
function isSecret(schema: z.ZodType, path: Path): boolean {
  return knownKeys(schema, path.slice(0, -1)).includes(`${String(path.at(-1))}File`);
}

/** Keys whose value is a path, relative to the configuration file. */
function isPath(path: Path): boolean {
  const key = path.findLast((part) => typeof part === 'string') ?? '';
  return /^(path|kubeconfig|cacheDir|thresholds|.+File)$/.test(key);
}

/**
 * Returns the configuration with every `…File` secret read into the key it stands for, and every path made
 * absolute: paths are relative to the configuration file. Files that cannot be read are reported.
 */
export function resolveFiles<T extends object>(
  config: T,
  schema: z.ZodType,
  configFile: string,
  report: Report,
): T {
  const base = dirname(resolve(configFile));

  function resolveValue(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return isPath(path) ? resolve(base, value) : value;
    // The keys of a record (labels, headers) are the user's own.
    if (
      typeof value !== 'object' ||
      value === null ||
      schemaAt(schema, path) instanceof z.ZodRecord
    )
      return value;
    if (Array.isArray(value))
      return value.map((item, index) => resolveValue(item, [...path, index]));
    const result: Tree = {};
    for (const [key, item] of Object.entries(value)) {
      const at = [...path, key];
      result[key] = resolveValue(item, at);
      if (typeof item === 'string' && key.endsWith('File')) readInto(result, value as Tree, at);
    }
    return result;
  }

  /** Reads the file named at `path`; where it holds a secret, `result` gets it. */
  function readInto(result: Tree, given: Tree, path: Path): void {
    const key = String(path.at(-1));
    const target = key.slice(0, -'File'.length);
    const holdsSecret = isSecret(schema, [...path.slice(0, -1), target]);
    if (holdsSecret && given[target] !== undefined) {
      report(path, `is given together with ${target}: keep only one of them`);
      return;
    }
    const text = readSecret(String(result[key]), (message) => report(path, message));
    if (holdsSecret && text !== null) result[target] = text;
  }

  return resolveValue(config, []) as T;
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

/** Every secret value in the configuration, so that it can be taken out of printed text. */
export function secretValues(config: unknown, schema: z.ZodType): readonly string[] {
  const found = new Set<string>();
  collect(config, schema, [], found);
  return [...found].filter((value) => value.length >= 4);
}

function collect(value: unknown, schema: z.ZodType, path: Path, found: Set<string>): void {
  if (typeof value === 'string') {
    const key = String(path.at(-1));
    // The address of a database is no secret but for its password, and names the history in messages.
    const isDatabase = /^postgres(ql)?:/.test(value);
    const isHeader = path.at(-2) === 'headers' && /auth|token|key|cookie|secret/i.test(key);
    if (isHeader || (isSecret(schema, path) && !isDatabase)) found.add(value);
    if (isDatabase || /^(url|source)$|Url$/.test(key))
      for (const part of credentialsOf(value)) found.add(part);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) collect(child, schema, [...path, key], found);
}

function credentialsOf(url: string): readonly string[] {
  if (!URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const given = searchParams.get('password') ?? '';
  return [password, decodeURIComponent(password), given].filter((text) => text !== '');
}

/**
 * Makes a function that takes every one of `secrets` out of a text, also in the forms in which JSON and URLs carry
 * them.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  // Longest first, so that a secret which holds another one is taken out whole.
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((left, form) => left.replaceAll(form, '[redacted]'), text);
}
