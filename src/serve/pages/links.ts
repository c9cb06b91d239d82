import { html } from 'hono/html';
import type { Scope } from '../../model/finding.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { fromCluster, type Html } from './text.ts';

/** Addresses of pages: every part is encoded, whatever characters a name has. */
export function findingPath(id: string): string {
  return `/findings/${encodeURIComponent(id)}`;
}

export function namespacePath(namespace: string): string {
  return `/namespaces/${encodeURIComponent(namespace)}`;
}

export function workloadPath(namespace: string, { kind, name }: WorkloadRef): string {
  return `${namespacePath(namespace)}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
}

/** An address with these parameters; those that are null or empty are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | null>>,
): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const text = new URLSearchParams(
    pairs.map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A scope in words, linked to its page where it has one. */
export function scopeLink({ namespace, workload, subject }: Scope, cluster: string): Html {
  if (namespace === null) return html`${fromCluster(subject ?? cluster)}`;
  if (workload === null)
    return html`<a href="${namespacePath(namespace)}">${namespace}</a>${
        subject === null ? '' : html` <small>${fromCluster(subject)}</small>`
      }`;
  return workloadLink(namespace, workload);
}

export function workloadLink(namespace: string, workload: WorkloadRef): Html {
  return html`<a href="${workloadPath(namespace, workload)}">${namespace} / ${workload.name}</a>
    <small>${workload.kind}</small>`;
}
