/** The image without tag and digest: `ghcr.io/acme/build:v1@sha256:…` → `ghcr.io/acme/build`. */
export function repositoryOf(image: string): string {
  const plain = image.replace(/@.*$/s, '');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon < 0 ? plain : plain.slice(0, colon);
}
