import { isLabel, type AggregateField } from '../parseAggregate.ts';

/** What OpenCost can filter allocations by and Burnwatch knows (core/pkg/filter/allocation/fields.go). */
export const ALLOCATION_FIELDS = [
  'cluster',
  'node',
  'namespace',
  'controllerName',
  'controllerKind',
  'pod',
  'container',
  'provider',
  'owner',
] as const;

/** Of allocations, and of assets (`type`, `name`). */
export type FilterField = (typeof ALLOCATION_FIELDS)[number] | 'type' | 'name' | `label:${string}`;

export type FilterOperator = 'equals' | 'contains' | 'begins' | 'ends' | 'exists';

/** `FIELD OPERATOR "value", "value"`: any of the values; negated, none of them. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly field: FilterField;
  readonly operator: FilterOperator;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** Comparisons that must all hold (`+`), or one of which must (`|`). */
export interface FilterGroup {
  readonly kind: 'all' | 'any';
  readonly parts: readonly Filter[];
}

export type Filter = Comparison | FilterGroup;

/** Fields of a filter that the history has to be asked by, beyond container and node. */
export function fieldsOfFilter(filter: Filter | null): readonly AggregateField[] {
  if (filter === null) return [];
  if (filter.kind !== 'comparison') return filter.parts.flatMap(fieldsOfFilter);
  const { field } = filter;
  return isLabel(field) || field === 'pod' || field === 'owner' ? [field] : [];
}
