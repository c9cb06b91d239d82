import { AsyncLocalStorage } from 'node:async_hooks';

/** The work in a thread was given up: all clients have left, or it took too long. */
export class QuestionCancelled extends Error {
  override readonly name = 'QuestionCancelled';
}

/** The request that a question is asked for, where there is one. */
const asking = new AsyncLocalStorage<Request>();

/** Answers a request; questions that are asked meanwhile are given up once its client has left. */
export function answerFor<T>(request: Request, work: () => Promise<T>): Promise<T> {
  return asking.run(request, work);
}

/** Aborted when the client has left that is being answered; undefined where there is none. */
export function clientLeaves(): AbortSignal | undefined {
  return asking.getStore()?.signal;
}

/** A flag that two threads share: raised by one, read by the other in the middle of its work. */
export class CancelFlag {
  readonly #cell: Int32Array<SharedArrayBuffer>;

  constructor(buffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#cell = new Int32Array(buffer);
  }

  /** What is sent to the other thread. */
  get buffer(): SharedArrayBuffer {
    return this.#cell.buffer;
  }

  raise(): void {
    Atomics.store(this.#cell, 0, 1);
  }

  /** @throws QuestionCancelled once the flag is raised */
  throwIfRaised(): void {
    if (Atomics.load(this.#cell, 0) === 1) throw new QuestionCancelled('all clients have left');
  }
}
