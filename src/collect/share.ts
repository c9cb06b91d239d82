import type { LabelMatcher } from './prometheus/matchers.ts';
import { quoteRegex } from './prometheus/matchers.ts';

/** The namespaces of one of several collectors. Each namespace is one collector’s, also one that nobody has seen yet. */
export interface Share {
  readonly namespaces: readonly string[];
  /** It has all others instead. */
  readonly isRest: boolean;
}

/** Names that go into selectors, at most; namespaces beyond them, the smallest ones, are the first collector’s. */
const MOST_NAMED = 500;

/**
 * Splits a cluster by namespace: the largest first, each to the collector that has the fewest pods so far. The first
 * collector has whatever is not named, which includes what comes while they look. There are no more shares than
 * namespaces.
 *
 * @param pods how many there are by namespace
 */
export function splitNamespaces(
  pods: ReadonlyMap<string, number>,
  collectors: number,
): readonly Share[] {
  const parts = Array.from({ length: collectors }, () => ({ pods: 0, namespaces: [] as string[] }));
  const largestFirst = [...pods].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  let named = 0;
  for (const [namespace, count] of largestFirst) {
    const fewest = parts.reduce((a, b) => (b.pods < a.pods ? b : a));
    const part = named < MOST_NAMED ? fewest : parts[0]!;
    part.pods += count;
    if (part === parts[0]) continue;
    part.namespaces.push(namespace);
    named += 1;
  }
  const others = parts
    .slice(1)
    .filter(({ namespaces }) => namespaces.length > 0)
    .map(({ namespaces }) => ({ namespaces, isRest: false }));
  return [{ namespaces: others.flatMap(({ namespaces }) => namespaces), isRest: true }, ...others];
}

/** Selects the series of a share. */
export function shareMatchers({ namespaces, isRest }: Share): readonly LabelMatcher[] {
  if (isRest && namespaces.length === 0) return [];
  const value = [...namespaces].sort().map(quoteRegex).join('|');
  return [{ name: 'namespace', op: isRest ? '!~' : '=~', value }];
}
