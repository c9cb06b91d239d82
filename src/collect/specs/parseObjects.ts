import { parseAllDocuments, type Document } from 'yaml';
import type { RawObject } from '../kubernetes/rawObjects.ts';
import { splitJson } from './splitJson.ts';

/** YAML is read fifty times slower than JSON: a file this large is better written as JSON. */
const MAX_YAML_BYTES = 32 * 2 ** 20;

/** An object of a file and where it stands, for messages. */
export interface FileItem {
  readonly object: RawObject;
  /** `item 12 (Pod shop/web-0)`. */
  readonly place: string;
}

/** A file that is no list of Kubernetes objects; the message says what to do. */
export class SpecFileError extends Error {
  override readonly name = 'SpecFileError';
}

/**
 * The objects of a file that `kubectl get … -o json` or `-o yaml` wrote: one List, one object, or several
 * documents one after the other, in either form.
 *
 * @throws SpecFileError naming the file, the place and the cure.
 */
export function parseObjects(text: string, file: string): readonly FileItem[] {
  const documents = documentsOf(text, file);
  const items = documents.flatMap((document, index) => objectsOf(document, index, file));
  if (items.length === 0) {
    throw new SpecFileError(
      `${file} holds no objects: write it with kubectl get pods,nodes,namespaces,deployments -A -o json`,
    );
  }
  return items.map((object, index) => ({ object, place: `item ${index + 1} (${called(object)})` }));
}

function documentsOf(text: string, file: string): readonly unknown[] {
  const start = text.trimStart();
  if (start === '')
    throw new SpecFileError(`${file} is empty: kubectl wrote nothing, try it again`);
  if (start.startsWith('{') || start.startsWith('[')) {
    try {
      return [JSON.parse(text) as unknown];
    } catch (error) {
      return severalDocuments(text, file, error);
    }
  }
  return yamlDocuments(text, file);
}

/** `kubectl get pods -o json; kubectl get nodes -o json`, written to one file. */
function severalDocuments(text: string, file: string, whole: unknown): readonly unknown[] {
  const parts = splitJson(text);
  if (parts === null || parts.length < 2) {
    const reason = whole instanceof Error ? whole.message : String(whole);
    throw new SpecFileError(
      `${file} is not valid JSON (${cut(reason)}): it may have been cut off, write it again`,
    );
  }
  return parts.map((part, index) => {
    try {
      return JSON.parse(part) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SpecFileError(
        `${file}, document ${index + 1} is not valid JSON (${cut(reason)}): write it again`,
      );
    }
  });
}

/** V8 quotes the text around a syntax error, and that text may be an environment value. */
function cut(reason: string): string {
  return reason
    .replace(/, (?:\.{3})?".*$/s, '')
    .replace(/Unexpected token .*? in JSON/s, 'unexpected token');
}

function yamlDocuments(text: string, file: string): readonly unknown[] {
  if (/^(NAMESPACE|NAME)\s+\w+/.test(text.trimStart())) {
    throw new SpecFileError(`${file} is the table that kubectl prints for people: add -o json`);
  }
  if (text.length > MAX_YAML_BYTES) {
    throw new SpecFileError(`${file} is larger than 32 MiB of YAML: write it with -o json instead`);
  }
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: 'error' });
  if (!Array.isArray(documents)) return [];
  return documents.map((document, index) => {
    const [error] = document.errors;
    if (error === undefined) return valueOf(document, file);
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new SpecFileError(
      `${file}:${line}: document ${index + 1} is neither JSON nor valid YAML (${error.code}): write it with kubectl get … -o json`,
    );
  });
}

/** Aliases of a few lines can stand for more objects than fit into memory: the library counts them. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch {
    throw new SpecFileError(
      `${file} has YAML aliases that cannot be followed: write it with kubectl get … -o json`,
    );
  }
}

function objectsOf(document: unknown, index: number, file: string): readonly RawObject[] {
  if (document === null || document === undefined) return [];
  if (Array.isArray(document)) return document.flatMap((one) => objectsOf(one, index, file));
  const { kind, items, apiVersion } = document as RawObject & { readonly items?: unknown };
  if (typeof document !== 'object' || typeof kind !== 'string') {
    throw new SpecFileError(
      `${file}, document ${index + 1} is no Kubernetes object (it has no kind): write it with kubectl get … -o json`,
    );
  }
  if (!Array.isArray(items)) return [document];
  // The API leaves kind and apiVersion out of the items of a typed list (PodList).
  const itemKind = kind.replace(/List$/, '');
  return (items as RawObject[]).map((item) =>
    typeof item === 'object' && item !== null
      ? { kind: itemKind, ...(apiVersion !== undefined && { apiVersion }), ...item }
      : {},
  );
}

function called({ kind, metadata }: RawObject): string {
  const name = [metadata?.namespace, metadata?.name].filter(Boolean).join('/');
  return `${kind ?? 'an object without kind'}${name === '' ? '' : ` ${name}`}`;
}
