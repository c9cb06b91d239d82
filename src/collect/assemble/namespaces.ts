import type { NamespaceFacts } from '../../model/snapshot.ts';
import { carriedLabels } from '../labels.ts';
import type { RestoreName } from '../labels.ts';
import type { Batch } from '../prometheus/batch.ts';
import { compare, label, statedAt } from './series.ts';
import type { Statement } from './series.ts';

interface NamespaceEntry {
  readonly labels: Statement<Readonly<Record<string, string>>>[];
  readonly annotations: Statement<Readonly<Record<string, string>>>[];
}

export type NamespaceTable = ReadonlyMap<string, NamespaceEntry>;

/** Indexes kube_namespace_labels and kube_namespace_annotations. */
export function buildNamespaceTable(batch: Batch, restore: RestoreName): NamespaceTable {
  const table = new Map<string, NamespaceEntry>();
  for (const [query, side, prefix] of [
    ['namespaceLabels', 'labels', 'label_'],
    ['namespaceAnnotations', 'annotations', 'annotation_'],
  ] as const) {
    for (const series of batch.answers[query].series) {
      const name = label(series, 'namespace');
      const entry = table.get(name) ?? { labels: [], annotations: [] };
      table.set(name, entry);
      entry[side].push({
        value: carriedLabels(series.labels, prefix, restore),
        values: series.values,
      });
    }
  }
  return table;
}

/** The namespaces of one window, sorted by name: those of its pods, with what is known of them. */
export function namespacesAt(
  table: NamespaceTable,
  point: number,
  podNamespaces: ReadonlySet<string>,
): ReadonlyMap<string, NamespaceFacts> {
  const names = new Set(podNamespaces);
  for (const [name, entry] of table) {
    if (statedAt([...entry.labels, ...entry.annotations], point).length > 0) names.add(name);
  }
  const facts = new Map<string, NamespaceFacts>();
  for (const name of [...names].sort(compare)) {
    const entry = table.get(name);
    facts.set(name, {
      name,
      labels: merged(entry?.labels, point),
      annotations: merged(entry?.annotations, point),
    });
  }
  return facts;
}

function merged(
  statements: readonly Statement<Readonly<Record<string, string>>>[] | undefined,
  point: number,
): Readonly<Record<string, string>> {
  const stated = statedAt(statements ?? [], point);
  if (stated.length < 2) return stated[0] ?? {};
  const sorted = [...stated].sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)));
  return Object.assign({}, ...sorted) as Record<string, string>;
}
