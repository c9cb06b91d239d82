import { checkKeys, checkString, isJson, problem, type BlockProblem } from './problem.ts';

/**
 * A text object (docs.slack.dev, composition objects): `plain_text` with `emoji`, `mrkdwn` with
 * `verbatim`, never empty.
 */
export function checkText(
  value: unknown,
  pointer: string,
  max: number,
  types: readonly ('plain_text' | 'mrkdwn')[],
): readonly BlockProblem[] {
  if (!isJson(value)) return problem(pointer, 'missing required field: text');
  const { type, text, emoji, verbatim } = value;
  if (!types.some((allowed) => allowed === type)) {
    return problem(pointer, `unsupported type: ${String(type)}`);
  }
  const own = type === 'plain_text' ? ['emoji'] : ['verbatim'];
  return [
    ...checkKeys(value, pointer, ['type', 'text', ...own]),
    ...checkString(text, `${pointer}/text`, max),
    ...(emoji === undefined || typeof emoji === 'boolean'
      ? []
      : problem(`${pointer}/emoji`, 'must be a boolean')),
    ...(verbatim === undefined || typeof verbatim === 'boolean'
      ? []
      : problem(`${pointer}/verbatim`, 'must be a boolean')),
  ];
}

/** A text object that may be absent. */
export function checkOptionalText(
  value: unknown,
  pointer: string,
  max: number,
  types: readonly ('plain_text' | 'mrkdwn')[],
): readonly BlockProblem[] {
  return value === undefined ? [] : checkText(value, pointer, max, types);
}

const URL_MAX = 3_000;

/** An address that Slack opens: http, https or mailto. */
export function checkUrl(value: unknown, pointer: string): readonly BlockProblem[] {
  const wrong = checkString(value, pointer, URL_MAX);
  if (wrong.length > 0) return wrong;
  if (URL.canParse(String(value))) {
    if (/^(https?|mailto|slack):$/.test(new URL(String(value)).protocol)) return [];
  }
  return problem(pointer, 'must be a valid url');
}
