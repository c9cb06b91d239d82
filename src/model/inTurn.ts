/** Runs what it is given one after the other, as it came; what fails holds up nothing after it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(work);
    last = run.catch(() => undefined);
    return run;
  };
}

/** One call of `work` at a time; all who ask meanwhile share the next, so that no answer is older than the asking. */
export function sharingNext<T>(work: () => Promise<T>): () => Promise<T> {
  const run = inTurn();
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    return work();
  };
  return () => (next ??= run(begin));
}
