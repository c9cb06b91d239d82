import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CycleProgress } from '../cycle/cycleForm.ts';
import type { TimeMs } from '../model/time.ts';
import type { CycleConfig } from './compose.ts';
import {
  CycleCallError,
  type CallName,
  type CycleCalls,
  type CycleThreadData,
  type FromCycle,
  type ToCycle,
} from './protocol.ts';

/** `.ts` in a checkout, `.js` in the npm package. */
const WORKER = new URL(`./cycleWorker${extname(import.meta.url)}`, import.meta.url);

/**
 * A young generation of 4 MiB thrice, not Node's 16: what a listing of thousands of pods throws away is
 * collected sooner, at no cost of CPU that could be measured (docs/performance.md).
 */
export const CYCLE_HEAP = { maxYoungGenerationSizeMb: 12 } as const;

export interface CycleThreadOptions {
  readonly command: string;
  onProgress(progress: CycleProgress): void;
  onWarning(problem: string): void;
  /** The thread ended although nobody asked it to. */
  onCrash(error: Error): void;
}

interface Pending {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** One run of the cycle thread, as the daemon sees it: typed calls that end with an answer or an error. */
export class CycleThread {
  readonly #worker: Worker;
  readonly #options: CycleThreadOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #closing = false;
  #alive = true;

  private constructor(worker: Worker, options: CycleThreadOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => resolve());
    });
  }

  /**
   * Starts the thread and waits until the history is open.
   * @throws CycleCallError with the history's or collector's error, or with what broke the thread.
   */
  static async start(
    loaded: CycleConfig,
    options: CycleThreadOptions,
  ): Promise<{ readonly thread: CycleThread; readonly watermark: TimeMs | null }> {
    const { config, thresholds, configHash } = loaded;
    const workerData: CycleThreadData = {
      loaded: { config, thresholds, configHash },
      command: options.command,
    };
    const worker = new Worker(WORKER, { workerData, resourceLimits: CYCLE_HEAP });
    const thread = new CycleThread(worker, options);
    const watermark = await thread.#opened();
    thread.#listen();
    return { thread, watermark };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Asks the thread for something; calls are done one after the other. */
  call<N extends CallName>(name: N, ask: CycleCalls[N]['ask']): Promise<CycleCalls[N]['answer']> {
    if (!this.#alive) return Promise.reject(new Error('the cycle thread has ended'));
    const id = this.#nextId++;
    const answer = new Promise<CycleCalls[N]['answer']>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    this.#post({ type: 'call', id, name, ask });
    return answer;
  }

  /** Ends the call that runs: it fails with `aborted`; its batch is either recorded or untouched. */
  abort(): void {
    if (this.#alive) this.#post({ type: 'abort' });
  }

  /** Ends what runs, closes the history and waits; after `timeoutMs` the thread is ended hard. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#alive) return;
    this.#closing = true;
    this.abort();
    // Its answer may not come if the thread dies on the way: the exit is what is waited for.
    this.call('close', null).catch(() => undefined);
    const timer = setTimeout(() => void this.#worker.terminate(), timeoutMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #post(message: ToCycle): void {
    this.#worker.postMessage(message);
  }

  #opened(): Promise<TimeMs | null> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const onMessage = (message: FromCycle): void => {
        if (message.type === 'warning') return this.#options.onWarning(message.problem);
        settle();
        if (message.type === 'opened') resolve(message.watermark);
        else if (message.type === 'failure') {
          this.#alive = false;
          void this.#exited.then(() => reject(new CycleCallError(message.error)));
        }
      };
      const onError = (error: Error): void => {
        settle();
        this.#alive = false;
        reject(error);
      };
      const onExit = (code: number): void =>
        onError(new Error(`the cycle thread ended with code ${code} before it was open`));
      const settle = (): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    });
  }

  #listen(): void {
    let cause: Error | null = null;
    this.#worker.on('error', (error: Error) => {
      cause = error;
    });
    this.#worker.on('exit', (code) => {
      this.#alive = false;
      const error = cause ?? new Error(`the cycle thread ended with code ${code}`);
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
      if (!this.#closing) this.#options.onCrash(error);
    });
    this.#worker.on('message', (message: FromCycle) => {
      if (message.type === 'progress') this.#options.onProgress(message.progress);
      else if (message.type === 'warning') this.#options.onWarning(message.problem);
      else if (message.type === 'answer') this.#take(message.id)?.resolve(message.answer as never);
      else if (message.type === 'failure' && message.id !== null)
        this.#take(message.id)?.reject(new CycleCallError(message.error));
    });
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
