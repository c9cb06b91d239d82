import { didYouMean } from './didYouMean.ts';
import { printable } from './escape.ts';

/** So many names are a help; more are a list. */
const MOST = 3;

/** That a history never had a namespace, with those that may have been meant. */
export function noSuchNamespace(namespace: string, known: readonly string[]): string {
  return `the history has no namespace ${namespace}${nearNames(namespace, known)}`;
}

/**
 * What to say in brackets after a name that is not known: those that may have been meant, else some of those there
 * are. Empty where there are none at all.
 */
export function nearNames(name: string, known: readonly string[]): string {
  const slip = didYouMean(name, known);
  const alike = known.filter((one) => one.includes(name) || name.includes(one));
  const near = [...new Set([...(slip === null ? [] : [slip]), ...alike])].slice(0, MOST);
  if (near.length > 0) return ` (did you mean ${near.map(printable).join(' or ')}?)`;
  if (known.length === 0) return '';
  const some = known.slice(0, MOST).map(printable).join(', ');
  const more = known.length - MOST;
  return more > 0 ? ` (there are ${some} and ${more} more)` : ` (there are ${some})`;
}
