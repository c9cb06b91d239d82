import { QuestionRefused } from '../../questions/answerContext.ts';

export interface Token {
  readonly kind: 'operator' | 'comma' | 'all' | 'any' | 'open' | 'close' | 'value' | 'key' | 'name';
  /** The text without its quotes or brackets. */
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
}

const TOKEN =
  /(?<operator>!?(?:<~|~>|~)?:)|(?<comma>,)|(?<all>\+)|(?<any>\|)|(?<open>\()|(?<close>\))|"(?<value>[^"]*)"|\[(?<key>[^\]]*)\]|(?<name>[\w-]+)/y;

/** Cuts a filter into tokens. @throws QuestionRefused with the position of what is none. */
export function lexFilter(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.groups;
    if (found === undefined) throw badToken(text, at);
    const [kind, inner] = Object.entries(found).find(([, part]) => part !== undefined)!;
    tokens.push({ kind: kind as Token['kind'], text: inner, position: at + 1 });
  }
  return tokens;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
}

function badToken(text: string, at: number): QuestionRefused {
  const character = text.charAt(at);
  if (character === '"') return new QuestionRefused(`filter: the quote at ${at + 1} is not closed`);
  if (character === '[')
    return new QuestionRefused(`filter: the bracket at ${at + 1} is not closed`);
  return new QuestionRefused(`filter: unexpected ${JSON.stringify(character)} at ${at + 1}`);
}
