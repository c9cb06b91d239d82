/** Keys and owners may come from labels and annotations, an attacker's text: no control codes reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}

/**
 * A CSV cell of text (RFC 4180). What a spreadsheet would take for a formula (a cell that begins with
 * `=`, `+`, `-`, `@`, tab or return, OWASP "CSV injection") gets an apostrophe in front and stays text.
 */
export function csvText(text: string): string {
  const safe = /^[\s\u00A0\uFEFF]*[=+\-@\t\r＝＋－＠]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Quotes what a shell could read as anything but one word; zsh reads `=ls` as a path. */
export function shellQuote(text: string): string {
  return /^(?!=)[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Text for SVG and HTML, also within double quotes; characters that XML cannot hold become spaces. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\n\u0020-\uD7FF\uE000-\uFFFD]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
