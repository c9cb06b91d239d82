const KEY = '"managedFields":[';

/**
 * An answer of the API server without its field managers' records: two thirds of a list of pods, which nobody
 * here reads and the server cannot be asked to leave out. Taken out of the text, they never become objects.
 */
export function withoutManagedFields(json: string): string {
  const parts: string[] = [];
  let from = 0;
  // Inside of a string the quotes would be escaped: this is a key, or the end of one.
  for (let at = json.indexOf(KEY); at >= 0; at = json.indexOf(KEY, from)) {
    const begin = at + KEY.length;
    const end = endOfArray(json, begin);
    // Cut off: whoever parses it says so.
    if (end < 0) break;
    parts.push(json.slice(from, begin));
    from = end;
  }
  if (parts.length === 0) return json;
  parts.push(json.slice(from));
  return parts.join('');
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x5b, 0x5d];

/** Where the array that holds `start` is closed; -1 when it is not. */
function endOfArray(json: string, start: number): number {
  let depth = 1;
  let isInString = false;
  for (let at = start; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (isInString) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === OPEN) depth += 1;
    else if (code === CLOSE) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}
