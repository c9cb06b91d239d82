import { QuestionRefused } from '../../questions/answerContext.ts';
import type { Parse } from '../readParameters.ts';
import { texts } from '../readParameters.ts';
import type { Filter, FilterField } from './filterForm.ts';

/**
 * Kubecost's older filters, `filterNamespaces=shop,data*`: any of the values, `*` at the end for all that begin so
 * (opencost core/pkg/util/filterutil/filterutil.go). An empty one filters nothing.
 */
export function filterBy(field: FilterField): Parse<Filter | null> {
  return (value) => anyOf(texts(value, '').map((each) => equals(field, each)));
}

/** `filterControllers=deployment:web,db`: by kind and name, or by name alone. */
export const filterControllers: Parse<Filter | null> = (value, name) =>
  anyOf(texts(value, name).map(controllerFilter));

/** A controller by `KIND:NAME` or by its name. */
export function controllerFilter(value: string): Filter {
  const [kind, name, ...more] = value.split(':');
  if (name === undefined) return equals('controllerName', value);
  if (more.length > 0) {
    throw new QuestionRefused(`illegal controller: "${value}"; use KIND:NAME or NAME`);
  }
  return {
    kind: 'all',
    parts: [equals('controllerKind', kind ?? ''), equals('controllerName', name)],
  };
}

/** `filterLabels=app:web,team:a`: any of the labels. */
export const filterLabels: Parse<Filter | null> = (value, name) => {
  const pairs = texts(value, name).map((pair) => {
    const [key = '', wanted, ...more] = pair.split(':').map((part) => part.trim());
    if (key === '' || wanted === undefined || more.length > 0) {
      throw new QuestionRefused(`illegal ${name}: "${pair}"; use NAME:VALUE`);
    }
    return equals(`label:${key}`, wanted);
  });
  return anyOf(pairs);
};

/** All of the filters that ask for something; null where none does. */
export function allOf(filters: readonly (Filter | null)[]): Filter | null {
  const parts = filters.filter((filter) => filter !== null);
  return parts.length > 1 ? { kind: 'all', parts } : (parts[0] ?? null);
}

/** One of the filters; null without any. */
export function anyOf(parts: readonly Filter[]): Filter | null {
  return parts.length > 1 ? { kind: 'any', parts } : (parts[0] ?? null);
}

function equals(field: FilterField, text: string): Filter {
  const isPrefix = text.endsWith('*');
  return {
    kind: 'comparison',
    field,
    operator: isPrefix ? 'begins' : 'equals',
    negated: false,
    values: [isPrefix ? text.slice(0, -1) : text],
  };
}
