/** One of the processes that were asked is gone, or could not do its part. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** The process that is to blame; null where none is, and the question has ended. */
  readonly by: string | null;
  constructor(message: string, by: string | null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.by = by;
  }
}

/**
 * How the processes that share a history work on one question together: the one that leads asks, those that stand by
 * answer. Values are plain data, maps, sets and typed arrays.
 */
export interface Exchange {
  /** Processes that stand by for questions now, in a fixed order. */
  present(): Promise<readonly string[]>;
  /** Puts a question, in place of the last one. @throws ExchangeError where this process does not lead any more */
  ask(question: unknown, of: readonly string[]): Promise<Talk>;
  /** Stands by for questions until the next one to this process comes. */
  next(signal: AbortSignal): Promise<Asked>;
  close(): Promise<void>;
}

/** A question as it comes to one that was asked. */
export interface Asked {
  readonly question: unknown;
  /** 1 for the first that was asked, and so on; the one that asks has place 0. */
  readonly place: number;
  readonly talk: Talk;
}

/** What all say about a question, in rounds. */
export interface Talk {
  /** Says something and waits for what all others say: everything in the order of the places. @throws ExchangeError */
  share<T>(round: string, mine: T, signal: AbortSignal): Promise<readonly T[]>;
  /** Says something to the one that asked. */
  give(round: string, mine: unknown): Promise<void>;
  /** Waits for what those that were asked give. @throws ExchangeError */
  take<T>(round: string, signal: AbortSignal): Promise<readonly T[]>;
  /** Lets the others know that nothing more will come from here. */
  fail(reason: string): Promise<void>;
}
