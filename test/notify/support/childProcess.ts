import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('notifyChild.ts', import.meta.url));

/** A notifier in a process of its own. */
export class NotifyChild {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  #err = '';

  constructor(configFile: string, offsetMs = 0) {
    this.#process = spawn(process.execPath, [SCRIPT, configFile, String(offsetMs)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#err += chunk.toString('utf8');
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code) => resolve(code));
    });
  }

  /** Waits for its end, which must be a good one. */
  async finish(): Promise<void> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`the notifier's process ended with ${code}: ${this.#err}`);
  }

  /** `kill -9`. @throws when it had ended by itself. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    const code = await this.#ended;
    if (code !== null)
      throw new Error(`the notifier's process had ended with ${code}: ${this.#err}`);
  }
}
