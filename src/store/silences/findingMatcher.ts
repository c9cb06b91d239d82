import { didYouMean } from '../../model/text/didYouMean.ts';
import { findingJsonSchema } from '../../model/findingJson.ts';
import { MatcherError, parseMatcher, type Matcher } from './matcher.ts';

/** What a silence or a maintenance window can be about; `findingLabels` fills them. */
const LABELS: readonly string[] = [
  'id',
  'fingerprint',
  'kind',
  'rule',
  'severity',
  'cluster',
  'namespace',
  'workload',
  'workload_kind',
  'container',
  'subject',
  'owner',
];

/** Labels of which all values are known: another one is a typing error. */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['kind', findingJsonSchema.shape.kind.options],
  ['severity', findingJsonSchema.shape.severity.options],
]);

/**
 * Reads a matcher that a person wrote, and refuses one that can never fit: a silence with it would look
 * like one and keep nothing quiet.
 *
 * @throws MatcherError that names what there is, and what was probably meant
 */
export function parseFindingMatcher(text: string): Matcher {
  const matcher = parseMatcher(text);
  const { label, operator, value } = matcher;
  if (!LABELS.includes(label)) throw unknown(`findings have no label ${label}`, label, LABELS);
  const values = VALUES.get(label);
  const isExact = operator === '=' || operator === '!=';
  if (values !== undefined && isExact && !values.includes(value))
    throw unknown(`${JSON.stringify(value)} is no ${label} of a finding`, value, values);
  return matcher;
}

function unknown(what: string, given: string, known: readonly string[]): MatcherError {
  const close = didYouMean(given, known);
  const meant = close === null ? '' : `; did you mean ${close}?`;
  return new MatcherError(`${what}: there are ${known.join(', ')}${meant}`);
}
