import { UNALLOCATED, type Keyed } from '../aggregate.ts';
import type { Comparison, Filter, FilterField } from './filterForm.ts';

/** Whether an allocation passes a filter; all do without one. What it lacks is the empty text, as in OpenCost. */
export function matchesFilter(filter: Filter | null, keyed: Keyed): boolean {
  if (filter === null) return true;
  if (filter.kind !== 'comparison') {
    const holdsFor = (part: Filter): boolean => matchesFilter(part, keyed);
    return filter.kind === 'all' ? filter.parts.every(holdsFor) : filter.parts.some(holdsFor);
  }
  const value = valueOf(filter.field, keyed);
  return filter.values.some((wanted) => holds(filter, value, wanted)) !== filter.negated;
}

function holds({ operator }: Comparison, found: string | null, asked: string): boolean {
  const value = found ?? '';
  // OpenCost writes what is not there as this in answers, and takes it in questions.
  const wanted = asked === UNALLOCATED ? '' : asked;
  switch (operator) {
    case 'equals':
      return value === wanted;
    case 'contains':
      return value.includes(wanted);
    case 'begins':
      return value.startsWith(wanted);
    case 'ends':
      return value.endsWith(wanted);
    default:
      return found !== null;
  }
}

function valueOf(field: FilterField, { sums, labels, owner }: Keyed): string | null {
  const { properties } = sums;
  switch (field) {
    case 'cluster':
    case 'node':
    case 'namespace':
    case 'controllerKind':
    case 'pod':
    case 'container':
      return properties[field] ?? null;
    case 'controllerName':
      return properties.controller ?? null;
    case 'provider':
      return properties.providerID ?? null;
    case 'owner':
      return owner;
    default: {
      const value = labels.get(field);
      return value === undefined || value === UNALLOCATED ? null : value;
    }
  }
}
