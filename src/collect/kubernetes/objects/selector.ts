import type { V1LabelSelector } from '@kubernetes/client-node';
import type { LabelSelector } from '../../../model/labelSelector.ts';
import type { FromJson } from '../rawObjects.ts';

export type RawSelector = FromJson<V1LabelSelector>;

/** Reads a label selector; one that is absent or empty selects everything. */
export function labelSelector(raw: RawSelector | null | undefined): LabelSelector {
  return {
    matchLabels: raw?.matchLabels ?? {},
    matchExpressions: listOf(raw?.matchExpressions).map(({ key = '', operator = '', values }) => ({
      key,
      operator,
      values: listOf(values),
    })),
  };
}

/** A list that may be absent. @throws Error for what is no list of the kind of things that it holds. */
export function listOf<Item>(raw: readonly Item[] | null | undefined): readonly Item[] {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw) || raw.includes(null))
    throw new Error('has something else where a list belongs');
  return raw as readonly Item[];
}
