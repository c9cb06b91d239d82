import { SECOND_MS } from '../model/time.ts';
import type { CycleConfig } from './compose.ts';
import { CycleThread, type CycleThreadOptions } from './cycleThread.ts';
import type { CallName, CycleCalls } from './protocol.ts';

const FIRST_PAUSE_MS = SECOND_MS;
const LONGEST_PAUSE_MS = 60 * SECOND_MS;
/** After so many crashes in a row the process is better restarted as a whole. */
const UNHEALTHY_AFTER = 5;

export interface SupervisorOptions extends Omit<CycleThreadOptions, 'onCrash'> {
  /** Told of every crash and of every restart that failed. */
  onCrash(error: Error, restartInMs: number): void;
  /** The thread runs again. */
  onRestart(): void;
}

/** Keeps one cycle thread running: a crash is told, and the thread started again after a pause. */
export class CycleSupervisor {
  readonly #options: SupervisorOptions;
  #loaded: CycleConfig;
  #thread: CycleThread | null = null;
  #crashes = 0;
  #timer: NodeJS.Timeout | null = null;
  #starting: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(loaded: CycleConfig, options: SupervisorOptions) {
    this.#loaded = loaded;
    this.#options = options;
  }

  /** Starts the thread. The first start is not tried again: its error is the operator's to see. */
  static async start(
    loaded: CycleConfig,
    options: SupervisorOptions,
  ): Promise<{ readonly supervisor: CycleSupervisor; readonly watermark: number | null }> {
    const supervisor = new CycleSupervisor(loaded, options);
    return { supervisor, watermark: await supervisor.#start() };
  }

  /** True after several crashes in a row. */
  get unhealthy(): boolean {
    return this.#crashes >= UNHEALTHY_AFTER;
  }

  /** @throws Error when the thread is being restarted, or crashes on the way. */
  async call<N extends CallName>(
    name: N,
    ask: CycleCalls[N]['ask'],
  ): Promise<CycleCalls[N]['answer']> {
    if (this.#thread === null) throw new Error('the cycle thread is being restarted');
    const answer = await this.#thread.call(name, ask);
    this.#crashes = 0;
    return answer;
  }

  async reconfigure(loaded: CycleConfig): Promise<void> {
    const { config, thresholds, configHash } = loaded;
    await this.#thread?.call('reconfigure', { config, thresholds, configHash });
    this.#loaded = loaded;
  }

  abort(): void {
    this.#thread?.abort();
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#starting;
    await this.#thread?.close(timeoutMs);
    this.#thread = null;
  }

  async #start(): Promise<number | null> {
    const { thread, watermark } = await CycleThread.start(this.#loaded, {
      ...this.#options,
      onCrash: (error) => this.#crashed(error),
    });
    this.#thread = thread;
    return watermark;
  }

  #crashed(error: Error): void {
    this.#thread = null;
    if (this.#closed) return;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#crashes);
    this.#crashes += 1;
    this.#options.onCrash(error, pause);
    this.#timer = setTimeout(() => {
      this.#starting = this.#restart();
    }, pause);
  }

  async #restart(): Promise<void> {
    try {
      await this.#start();
      this.#options.onRestart();
    } catch (error) {
      this.#crashed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
