import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('notifyChild.ts', import.meta.url));

/** A notifier in a process of its own. */
export class NotifyChild {
  readonly #process: ChildProcess;
  #err = '';

  constructor(configFile: string, offsetMs = 0) {
    this.#process = spawn(process.execPath, [SCRIPT, configFile, String(offsetMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString('utf8');
    });
  }

  /** Waits for its end, which must be a good one. */
  async finish(): Promise<void> {
    const [code] = (await once(this.#process, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the notifier's process ended with ${code}: ${this.#err}`);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
