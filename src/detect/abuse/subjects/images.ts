/** The image without tag and digest: `docker.io/library/redis:7@sha256:…` → `docker.io/library/redis`. */
export function repositoryOf(image: string): string {
  const name = image.split('@', 1)[0] ?? image;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** FNV-1a, 32 bits and never zero: enough to see that something changed without storing its text. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0 || 1;
}
