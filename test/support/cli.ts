import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { WAIT_MS } from './waiting.ts';

/** What users run, built when the tests began (`globalSetup.ts`); elsewhere the checkout's own. */
export const PROGRAM =
  process.env['BURNWATCH_TEST_PROGRAM'] ?? resolve(import.meta.dirname, '../../bin/burnwatch.mjs');

export interface CliOptions {
  readonly cwd: string;
  /** The `burnwatch` to run; `PROGRAM` by default. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command came to. `code` is null when a signal ended it. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs as a process of its own, as a user would start it. */
export interface CliProcess extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<CliResult>;
  kill(signal: NodeJS.Signals): void;
  /** Waits until stdout and stderr together show `pattern`. @throws with all that was printed. */
  shows(pattern: RegExp): Promise<void>;
}

/** Runs `burnwatch ARGS…` to its end. */
export function burnwatch(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startBurnwatch(args, options).ended;
}

/** Starts `burnwatch ARGS…`; disposing of it kills it if it still runs. */
export function startBurnwatch(args: readonly string[], options: CliOptions): CliProcess {
  const child = spawn(process.execPath, [options.program ?? PROGRAM, ...args], {
    cwd: options.cwd,
    // Node warns on stderr when both are set, as some machines do.
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Running(child, args);
}

class Running implements CliProcess {
  readonly ended: Promise<CliResult>;
  readonly #child: ChildProcess;
  readonly #args: readonly string[];
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess, args: readonly string[]) {
    this.#child = child;
    this.#args = args;
    const collect = (stream: 'stdout' | 'stderr'): void => {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this[stream] += text;
        for (const look of this.#watchers) look();
      });
    };
    collect('stdout');
    collect('stderr');
    this.ended = new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', (code) => {
        done({ code, stdout: this.stdout, stderr: this.stderr });
        for (const look of this.#watchers) look();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  shows(pattern: RegExp): Promise<void> {
    return new Promise((done, failed) => {
      const finish = (how: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        how();
      };
      const fail = (why: string): void =>
        failed(
          new Error(
            `burnwatch ${this.#args.join(' ')} ${why} without ${pattern}:\n${this.stdout}\n${this.stderr}`,
          ),
        );
      const look = (): void => {
        if (pattern.test(this.stdout) || pattern.test(this.stderr)) finish(done);
        else if (this.#child.exitCode !== null || this.#child.signalCode !== null)
          finish(() => fail('ended'));
      };
      const timer = setTimeout(() => finish(() => fail(`ran for ${WAIT_MS / 1000} s`)), WAIT_MS);
      this.#watchers.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      this.#child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }
}
