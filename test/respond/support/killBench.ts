import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../../src/model/finding.ts';
import { RUNNING_STATES, type Response } from '../../../src/store/responses.ts';
import { ApiServer, isWrite, type SeenRequest } from '../../support/apiServer/apiServer.ts';
import type { Hooked } from '../../support/respond/apiProxy.ts';
import { ResponseBench } from '../../support/respond/responseBench.ts';
import { startWorld } from '../../support/respond/world.ts';
import type { WorkerInput } from './workerChild.ts';

/** On a real cluster a pod takes a while to end before it is made again. */
const MAX_RUNS = 20;
const CHILD = join(import.meta.dirname, 'workerChild.ts');

/** A history, an API server, and a worker in a process that is killed. */
export class KillBench<Server extends Hooked = ApiServer> implements AsyncDisposable {
  readonly server: Server;
  readonly bench: ResponseBench;
  readonly finding: Finding;
  /** Writes that the server carried out, by what they change. */
  readonly carriedOut: string[] = [];

  private constructor(server: Server, bench: ResponseBench, finding: Finding) {
    this.server = server;
    this.bench = bench;
    this.finding = finding;
    server.onAnswered = (request, code) => {
      if (isWrite(request) && code < 300)
        this.carriedOut.push(`${request.method} ${request.path.split('/').slice(-2).join('/')}`);
    };
  }

  static async start(finding: Finding): Promise<KillBench> {
    const server = await startWorld();
    return new KillBench(server, await ResponseBench.start(server.kubeconfig('secret')), finding);
  }

  /** On a server that the caller closes. */
  static async on<Server extends Hooked>(
    server: Server,
    kubeconfig: string,
    finding: Finding,
  ): Promise<KillBench<Server>> {
    return new KillBench(server, await ResponseBench.start(kubeconfig), finding);
  }

  /**
   * Lets the worker run until the `at`-th request that `which` fits, and kills it before the server carries it out, or
   * when it has and the answer is on its way. Without `at` the worker runs to its end.
   */
  async run(
    which: (request: SeenRequest) => boolean = () => true,
    at = Infinity,
    moment: 'before' | 'after' = 'before',
  ): Promise<'killed' | 'ended'> {
    const { bench, server, finding } = this;
    const file = join(bench.temp.folder, 'input.json');
    const input: WorkerInput = {
      path: bench.temp.path(),
      kubeconfig: join(bench.temp.folder, 'kubeconfig'),
      policy: bench.policy,
      finding,
      now: bench.now,
    };
    writeFileSync(file, JSON.stringify(input));
    const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
    const ended = new Promise<'killed' | 'ended'>((resolve) =>
      child.once('exit', (code) => resolve(code === null ? 'killed' : 'ended')),
    );
    let seen = 0;
    server.onRequest = async (request, when) => {
      if (when !== moment || !which(request) || seen++ !== at) return;
      child.kill('SIGKILL');
      await ended;
      if (moment === 'before') throw new Error('never carried out: it was still on its way');
    };
    const how = await ended;
    server.onRequest = () => undefined;
    if (errors.replaceAll(/^.*has not ended yet\n/gm, '') !== '') throw new Error(errors);
    return how;
  }

  /** Lets what was interrupted end, and checks that no write was carried out twice. */
  async settle(response: Response): Promise<Response> {
    for (let runs = 0; runs < 2 || (await this.#isOnItsWay(response)); runs += 1) {
      if (runs === MAX_RUNS) throw new Error('it does not end');
      await this.run();
    }
    const twice = this.carriedOut.filter((one, index) => this.carriedOut.indexOf(one) !== index);
    if (twice.length > 0) throw new Error(`made twice: ${twice.join(', ')}`);
    return this.bench.read(response);
  }

  async #isOnItsWay(response: Response): Promise<boolean> {
    return RUNNING_STATES.includes((await this.bench.read(response)).state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]();
    if (this.server instanceof ApiServer) await this.server[Symbol.asyncDispose]();
  }
}

/** What matters of each object, whatever its versions and marks. */
export function specs(server: ApiServer): readonly unknown[] {
  return server.dump().map(({ kind, metadata, spec }) => {
    // A pod that is made again may go to another node.
    const { nodeName: _node, ...rest } = spec as Readonly<Record<string, unknown>>;
    return [kind, metadata?.name, metadata?.labels, rest];
  });
}
