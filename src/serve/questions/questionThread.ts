import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { SECOND_MS } from '../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import type {
  FromQuestions,
  QuestionConfig,
  QuestionName,
  ToQuestions,
} from './questionProtocol.ts';
import type { Questions } from './questions.ts';

/** `.ts` in a checkout, `.js` in the npm package. */
const WORKER = new URL(`./questionWorker${extname(import.meta.url)}`, import.meta.url);

/** Whoever waits longer than this is told to come back: the answer is kept when it is there. */
const PATIENCE_MS = 30 * SECOND_MS;

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * Asks the question thread, and starts it again with the next question if it ended. Its answers do not hold
 * up the door, however long they take.
 */
export class QuestionThread implements Questions {
  readonly #log: Logger;
  #config: QuestionConfig;
  #worker: Worker | null = null;
  #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(config: QuestionConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  overview: Questions['overview'] = (ask) => this.#ask('overview', ask);
  findings: Questions['findings'] = (ask) => this.#ask('findings', ask);
  costs: Questions['costs'] = (ask) => this.#ask('costs', ask);
  spend: Questions['spend'] = (ask) => this.#ask('spend', ask);
  advice: Questions['advice'] = (ask) => this.#ask('advice', ask);
  posture: Questions['posture'] = (ask) => this.#ask('posture', ask);

  /** Takes another configuration into use with the next question. */
  configure(config: QuestionConfig): void {
    this.#config = config;
    if (this.#worker !== null) this.#post({ type: 'configure', config });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#failAll(new HttpProblem(503, 'Service Unavailable', 'Burnwatch is shutting down'));
  }

  async #ask<N extends QuestionName>(
    name: N,
    ask: Parameters<Questions[N]>[0],
  ): Promise<Awaited<ReturnType<Questions[N]>>> {
    this.#worker ??= this.#start();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    this.#post({ type: 'ask', id, name, ask });
    const timer = setTimeout(() => {
      reject(
        new HttpProblem(
          503,
          'Service Unavailable',
          'The history is large and the answer is not there yet: try again in a moment',
          { 'retry-after': '10' },
        ),
      );
    }, PATIENCE_MS);
    try {
      return (await promise) as Awaited<ReturnType<Questions[N]>>;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  #start(): Worker {
    const { config, thresholds } = this.#config;
    const worker = new Worker(WORKER, {
      workerData: { config, thresholds } satisfies QuestionConfig,
    });
    worker.on('message', (message: FromQuestions) => this.#take(message));
    worker.on('error', (err) => this.#log.error({ err }, 'the question thread crashed'));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#failAll(new Error('the question thread ended'));
    });
    return worker;
  }

  #take(message: FromQuestions): void {
    if (message.type === 'warning') return this.#log.warn(message.problem);
    const pending = this.#pending.get(message.id);
    if (message.type === 'answer') pending?.resolve(message.answer);
    else pending?.reject(new Error(`a question was not answered: ${message.message}`));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending = new Map();
  }

  #post(message: ToQuestions): void {
    this.#worker?.postMessage(message);
  }
}

/** Questions over two threads: findings never wait behind what takes seconds. */
export function questionsOf(slow: Questions, findings: Pick<Questions, 'findings'>): Questions {
  return {
    overview: (ask) => slow.overview(ask),
    costs: (ask) => slow.costs(ask),
    spend: (ask) => slow.spend(ask),
    advice: (ask) => slow.advice(ask),
    posture: (ask) => slow.posture(ask),
    findings: (ask) => findings.findings(ask),
  };
}
