import type { ApiObject } from './objectStore.ts';
import { badRequest } from './status.ts';

/** Label selectors with `=`, `==`, `!=`, `in`, `notin`, `key` and `!key`. */
export function matchesLabels(selector: string, labels: Readonly<Record<string, string>>): boolean {
  return splitTerms(selector).every((term) => matchesTerm(term, labels));
}

function splitTerms(selector: string): readonly string[] {
  // Commas inside parentheses belong to a set.
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function matchesTerm(term: string, labels: Readonly<Record<string, string>>): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set !== null) {
    const [, key = '', operator, values = ''] = set;
    const isIn = values.split(',').some((value) => value.trim() === labels[key]);
    return operator === 'in' ? isIn : !isIn;
  }
  const pair = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(term);
  if (pair !== null) {
    const [, key = '', operator, value] = pair;
    return operator === '!=' ? labels[key] !== value : labels[key] === value;
  }
  if (term.startsWith('!')) return labels[term.slice(1)] === undefined;
  return labels[term] !== undefined;
}

/** Field selectors on whatever path they name; the real server knows only some of them. */
export function matchesFields(selector: string, object: ApiObject): boolean {
  return selector.split(',').every((term) => {
    const pair = /^([\w.]+)(==|=|!=)(.*)$/.exec(term);
    if (pair === null) throw badRequest(`invalid selector: '${term}'`);
    const [, path = '', operator, wanted] = pair;
    let value: unknown = object;
    for (const key of path.split('.'))
      value = (value as Record<string, unknown> | undefined)?.[key];
    const said = typeof value === 'string' ? value : JSON.stringify(value ?? null);
    const isEqual = (value === undefined ? '' : said) === wanted;
    return operator === '!=' ? !isEqual : isEqual;
  });
}
