import { COST_DIMENSIONS, type CostDimension, type CostFilter } from './costTable.ts';
import { didYouMean } from '../model/text/didYouMean.ts';
import { partOf, type CostIdentity } from './pages/costGroups.ts';
import {
  compileMatcher,
  formatMatcher,
  MatcherError,
  parseMatcher,
  type Matcher,
} from './silences/matcher.ts';

const NAMES: readonly string[] = COST_DIMENSIONS;

/**
 * Reads what costs are grouped or filtered by: `namespace`, `label:team`.
 * @throws RangeError that names what there is
 */
export function parseCostDimension(text: string): CostDimension {
  const name = text.trim();
  if (NAMES.includes(name) || /^label:.+/.test(name)) return name as CostDimension;
  const close = didYouMean(name, NAMES);
  const meant = close === null ? '' : `; did you mean ${close}?`;
  throw new RangeError(
    `"${name}" is none of ${NAMES.join(', ')}, label:KEY, or several with commas${meant}`,
  );
}

const FORM = /^\s*(label:[^=!~]+|[^=!~]*?)\s*(=~|!~|!=|=)(.*)$/su;

/**
 * Reads `namespace=shop`, `owner!=""`, `label:team=~"a|b"`.
 * @throws MatcherError | RangeError
 */
export function parseCostFilter(text: string): CostFilter {
  const [, by, operator = '', value = ''] = FORM.exec(text) ?? [];
  if (by === undefined)
    throw new MatcherError(
      `${JSON.stringify(text)} is not a filter: write namespace=shop, owner!=team-a, label:team=~"a|b" or workload!~"batch.*"`,
    );
  const dimension = parseCostDimension(by);
  const matcher = matcherOf(by.trim(), operator, value);
  if (dimension === 'cluster')
    throw new MatcherError('a history has one cluster: filter by something else');
  return { by: dimension, operator: matcher.operator, value: matcher.value };
}

/** The name of a label may hold more than that of a matcher: it is put into the message afterwards. */
function matcherOf(by: string, operator: string, value: string): Matcher {
  try {
    return parseMatcher(`x${operator}${value}`);
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error;
    throw new MatcherError(error.message.replace(`x${operator}`, `${by}${operator}`));
  }
}

/** Writes a filter so that `parseCostFilter` reads it back. */
export function formatCostFilter({ by, ...matcher }: CostFilter): string {
  return `${by}${formatMatcher({ label: '', ...matcher })}`;
}

/** Whether something passes a filter. */
export function costFilterTest({ by, ...rest }: CostFilter): (identity: CostIdentity) => boolean {
  const matcher: Matcher = { label: by, ...rest };
  const holds = compileMatcher(matcher);
  if (by !== 'workload') return (identity) => holds(partOf(by, identity));
  // A workload goes by NAMESPACE/KIND/NAME, NAMESPACE/NAME and NAME; a negation must hold for all of them.
  const isNegation = rest.operator.startsWith('!');
  return (identity) => {
    const { namespace, name } = identity;
    const names = [partOf(by, identity), `${namespace}/${name}`, name];
    return isNegation ? names.every(holds) : names.some(holds);
  };
}
