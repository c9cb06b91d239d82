/** Quotes what a shell could read as anything but one word; zsh reads `=ls` as a path. */
export function shellQuote(text: string): string {
  return /^(?!=)[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
