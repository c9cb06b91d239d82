import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKubeTool } from '../kubeTools.ts';
import { WAIT_MS } from '../waiting.ts';
import type { ApiServer } from './apiServer.ts';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl, pointed at a stand-in, with a home of its own. Dispose of it. */
export class Kubectl implements AsyncDisposable {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly #program: string;

  private constructor(folder: string, kubeconfig: string, program: string) {
    this.folder = folder;
    this.kubeconfig = kubeconfig;
    this.#program = program;
  }

  static async for(server: ApiServer, token: string | null = null): Promise<Kubectl> {
    const program = await findKubeTool('kubectl');
    const folder = await mkdtemp(join(tmpdir(), 'burnwatch-kubectl-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, server.kubeconfig(token), { mode: 0o600 });
    return new Kubectl(folder, kubeconfig, program);
  }

  /** Runs kubectl; `input` goes to its standard input. */
  run(args: readonly string[], input = ''): Promise<KubectlResult> {
    const env = { HOME: this.folder, PATH: process.env['PATH'], KUBECONFIG: this.kubeconfig };
    return new Promise((resolve) => {
      const child = execFile(
        this.#program,
        [...args],
        { env, timeout: WAIT_MS, maxBuffer: 64 * 2 ** 20 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({ code, stdout, stderr });
        },
      );
      // A command that needs no input may have ended before it comes.
      child.stdin?.on('error', () => undefined).end(input);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
