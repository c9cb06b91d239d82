/** One call of `work` at a time; all who ask meanwhile share the next, so that no answer is older than the asking. */
export function sharingNext<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const begin = async (): Promise<T> => {
    await last.catch(() => undefined);
    next = null;
    const run = work();
    last = run;
    return run;
  };
  return () => (next ??= begin());
}
