/**
 * Splits JSON values that follow each other without a separator; null where a value does not end. Only
 * braces, brackets and strings are looked at: whether each part is JSON is its parser's business.
 */
export function splitJson(text: string): readonly string[] | null {
  const parts: string[] = [];
  let depth = 0;
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        if (at < 0) return null;
        break;
      case '{':
      case '[':
        if (depth === 0) start = at;
        depth += 1;
        break;
      case '}':
      case ']':
        depth -= 1;
        if (depth < 0) return null;
        if (depth === 0) parts.push(text.slice(start, at + 1));
        break;
    }
  }
  return depth === 0 ? parts : null;
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}
