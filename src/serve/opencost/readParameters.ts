import { didYouMean } from '../../model/text/didYouMean.ts';
import { QuestionRefused } from '../questions/answerContext.ts';

/** What a parameter's text means; without the parameter the text is empty. @throws QuestionRefused */
export type Parse<T> = (text: string, name: string) => T;

/** Parameters by name. */
export type Parameters = Readonly<Record<string, Parse<unknown>>>;

/** What a query says by a list of parameters. */
export type Parsed<P extends Parameters> = { readonly [N in keyof P]: ReturnType<P[N]> };

/**
 * Reads every parameter of a list; of one that is given twice the first counts, as in Go.
 * @throws QuestionRefused for a value that is not understood and for a parameter that is not in the list: taken
 * in silence, the figures would not be what was asked for.
 */
export function readParameters<P extends Parameters>(params: URLSearchParams, known: P): Parsed<P> {
  for (const name of params.keys()) {
    if (Object.hasOwn(known, name)) continue;
    const near = didYouMean(name, Object.keys(known)) ?? Object.keys(known).join(', ');
    throw new QuestionRefused(`the parameter "${name}" is not known; use ${near}`);
  }
  const parsed = Object.entries(known).map(([name, parse]) => [
    name,
    parse((params.get(name) ?? '').trim(), name),
  ]);
  return Object.fromEntries(parsed) as Parsed<P>;
}

export const asIs: Parse<string> = (value) => value;

/** Go's notion of true and false (strconv.ParseBool); `weighted` is how Kubecost asks for shared idle. */
export const flag: Parse<boolean> = (value, name) => {
  if (/^(1|t|true|weighted)$/i.test(value)) return true;
  if (/^(0|f|false|none)?$/i.test(value)) return false;
  throw new QuestionRefused(`illegal ${name}: "${value}"; use true or false`);
};

export const texts: Parse<readonly string[]> = (value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const amount: Parse<number> = (value, name) => {
  const number = value === '' ? 0 : Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new QuestionRefused(`illegal ${name}: "${value}"; use a number that is not negative`);
};

/** A count; null without one. */
export const countOrNone: Parse<number | null> = (value, name) => {
  if (value === '') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new QuestionRefused(`illegal ${name}: "${value}"; use a whole number`);
};

/** One of a few words, the first without any. */
export function oneOf<const W extends string>(...words: readonly [W, ...W[]]): Parse<W> {
  return (value, name) => {
    const word = value === '' ? words[0] : words.find((each) => each === value.toLowerCase());
    if (word !== undefined) return word;
    throw new QuestionRefused(`illegal ${name}: "${value}"; use ${words.join(' or ')}`);
  };
}

/** A parameter that must not ask for anything: what it would change is had in another way. */
export function only(allowed: readonly string[], instead: string): Parse<null> {
  return (value, name) => {
    if (value === '' || allowed.includes(value.toLowerCase())) return null;
    throw new QuestionRefused(`${name}=${value} is not supported; ${instead}`);
  };
}
