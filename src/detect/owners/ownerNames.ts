/** More owners of one thing than this are a mistake, or an attempt to tell everybody. */
const MAX_OWNERS = 10;

/** The owners that a text names: `team-shop, ops@example.com` are two. */
export function ownerNames(text: string): readonly string[] {
  const names = text
    .split(/[,;]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [...new Set(names)].slice(0, MAX_OWNERS);
}
