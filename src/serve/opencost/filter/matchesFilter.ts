import { UNALLOCATED } from '../../../store/costTable.ts';
import type { Comparison, Filter, FilterField } from './filterForm.ts';

/**
 * Whether something passes a filter; everything does without one. What it lacks is the empty text, as in OpenCost.
 * @param valueOf what it has of a field; null for nothing.
 */
export function matchesFilter(
  filter: Filter | null,
  valueOf: (field: FilterField) => string | null,
): boolean {
  if (filter === null) return true;
  if (filter.kind !== 'comparison') {
    const holdsFor = (part: Filter): boolean => matchesFilter(part, valueOf);
    return filter.kind === 'all' ? filter.parts.every(holdsFor) : filter.parts.some(holdsFor);
  }
  const value = valueOf(filter.field);
  // OpenCost's clients write types of assets in lower case and with a capital.
  const form = (text: string): string => (filter.field === 'type' ? text.toLowerCase() : text);
  const found = value === null ? null : form(value);
  return filter.values.some((wanted) => holds(filter, found, form(wanted))) !== filter.negated;
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
