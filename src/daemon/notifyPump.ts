import type { Logger } from 'pino';
import { MINUTE_MS, type TimeMs } from '../model/time.ts';
import type { Notifier } from '../notify/notifier.ts';

/** Deliveries that another process left are looked for at least this often. */
const LONGEST_WAIT_MS = MINUTE_MS;

/** Sends what is due: at once on request, and when a retry or reminder becomes due. */
export class NotifyPump {
  readonly #notifier: () => Notifier;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  readonly #now: () => TimeMs;

  /**
   * @param notifier the one in force: a reload changes what this returns.
   * @param now the clock that deliveries are due by.
   */
  constructor(notifier: () => Notifier, log: Logger, now: () => TimeMs) {
    this.#notifier = notifier;
    this.#log = log;
    this.#now = now;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Plans what is new since the last time, and has it sent. */
  async plan(now: TimeMs): Promise<void> {
    await this.#notifier().plan(now);
    this.#wake();
  }

  /** Has what became due sent now. */
  wake(): void {
    this.#wake();
  }

  /** Ends sends in flight (they are settled as in doubt, and looked up next time) and waits. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let wait = LONGEST_WAIT_MS;
      try {
        await this.#notifier().deliver(signal);
        const due = await this.#notifier().nextDueAt();
        if (due !== null) wait = Math.min(wait, Math.max(100, due - this.#now()));
      } catch (error) {
        this.#log.error({ err: error }, 'messages could not be sent');
      }
      if (!signal.aborted) await this.#sleep(wait);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
