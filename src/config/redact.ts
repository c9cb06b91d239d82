/**
 * Makes a function that takes every one of `secrets` out of a text, also in the forms in which JSON,
 * addresses and Basic authentication carry them.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  // Longest first, so that a secret which holds another one is taken out whole.
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => unique.reduce((left, form) => left.replaceAll(form, '[redacted]'), text);
}
