import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Logger } from 'pino';
import type { ServeConfig } from '../config.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import { inTurn } from '../../model/inTurn.ts';
import { threadEntry } from '../../model/shippedFiles.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { CostVersion, HistoryReader } from '../../store/history.ts';
import { HttpProblem } from '../problem.ts';
import { AnswerCache } from './answerCache.ts';
import { QuestionRefused, type AskedSpan } from './answerContext.ts';
import { CancelFlag, clientLeaves } from './cancellation.ts';
import {
  eachQuestion,
  QUESTIONS,
  type AnswerKeeping,
  type QuestionName,
  type Questions,
} from './questions.ts';

/** What the threads answer by: plain data, so that it can be sent to them. */
export interface QuestionConfig {
  readonly config: ServeConfig;
  readonly thresholds: Thresholds;
}

export interface QuestionTask {
  readonly name: QuestionName;
  readonly ask: unknown;
  /** A `CancelFlag`. */
  readonly cancel: SharedArrayBuffer;
}

export type QuestionResult =
  { readonly answer: unknown } | { readonly refused: string } | { readonly cancelled: true };

const WORKER = threadEntry('src/serve/questions/questionWorker.ts');

/** A client that waits longer is asked to come back: the answer is kept when it is there. */
const PATIENCE_MS = 30 * SECOND_MS;
/** Answers kept at once, whatever is asked. */
const KEPT_ANSWERS = 200;

/**
 * One thread each; an idle thread ends. That of slow questions begins to load at once, so that the first one does not wait
 * for it. Quick ones have theirs where slow ones take long: until then they share one, since a second one takes some 40 MB.
 */
const THREADS = {
  slow: { maxQueue: 100, idleTimeout: 10 * MINUTE_MS },
  // Sooner: what is asked once a window goes to the slow thread again, as long as that is quick.
  quick: { maxQueue: 400, idleTimeout: MINUTE_MS },
  // For a question whose thread ran out of memory twice while it answered others, too.
  alone: { maxQueue: 100, idleTimeout: SECOND_MS },
} as const;
/** While a question waits for Prometheus, its thread reads for others. */
const AT_ONCE = 4;
/** So long a quick question waits for slow ones before it gets a thread: starting one takes about as long. */
const SHARED_MS = SECOND_MS;
/** A question that was given up ends at its next read of the history; a thread that does not get there is ended. */
const GRACE_MS = 10 * SECOND_MS;

/** What a question may use. */
export interface QuestionLimits {
  /** A thread that needs more memory ends, and not the daemon with it. */
  readonly memoryMb: number;
  /** A question that takes longer is given up, and its thread with it. */
  readonly longestMs: number;
}

const LIMITS: QuestionLimits = { memoryMb: 512, longestMs: 3 * MINUTE_MS };

type Pool = Piscina<QuestionTask | null, QuestionResult>;
type Pools = Readonly<Record<keyof typeof THREADS, Pool>>;

/** Answers questions in threads, so that no answer holds up the event loop, however long it takes. */
export class QuestionPool {
  readonly questions: Questions = eachQuestion((name, ask) => this.#answer(name, ask));
  readonly #reader: Pick<HistoryReader, 'version' | 'costVersion'>;
  readonly #log: Logger;
  readonly #limits: QuestionLimits;
  #pools: Pools;
  /** Slow questions that are being answered. */
  readonly #slow = new Set<Promise<unknown>>();
  /** All that are. */
  readonly #running = new Set<{ readonly pool: Pool; hasShared: boolean }>();
  /** Questions whose thread ran out of memory: it may have been any of them. */
  readonly #oneByOne = inTurn();
  #kept = new AnswerCache(KEPT_ANSWERS);
  #asked = 0;
  #computed = 0;

  constructor(
    config: QuestionConfig,
    reader: Pick<HistoryReader, 'version' | 'costVersion'>,
    log: Logger,
    limits: QuestionLimits = LIMITS,
  ) {
    this.#limits = limits;
    this.#reader = reader;
    this.#log = log;
    this.#pools = this.#start(config);
  }

  /** Answers from now on by another configuration; questions under way are still answered by the old one. */
  configure(config: QuestionConfig): void {
    const old = this.#pools;
    this.#pools = this.#start(config);
    this.#kept = new AnswerCache(KEPT_ANSWERS);
    for (const pool of Object.values(old))
      pool.close().catch((err: unknown) => this.#log.warn({ err }, 'Question thread did not end'));
  }

  /** Ends the threads; questions under way fail. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.destroy()));
  }

  async #answer(name: QuestionName, ask: unknown): Promise<unknown> {
    this.#asked += 1;
    const { of, ...keeping }: AnswerKeeping = QUESTIONS[name];
    const written = await this.#reader.version();
    const { key, span, isStill } = questionKey(name, ask);
    const { sealed, recorded } =
      of === 'costs' ? await this.#costVersion(written) : { sealed: written, recorded: '' };
    // Who asks for a time that stands still takes the answer for the last word about it.
    const staleMs = isStill ? 0 : keeping.staleMs;
    const leave = new AbortController();
    const left = clientLeaves();
    const onLeft = () => leave.abort();
    left?.addEventListener('abort', onLeft, { once: true });
    if (left?.aborted === true) throw new HttpProblem(503, 'The client has left');
    const options = left === undefined ? { staleMs } : { staleMs, leaves: leave.signal };
    const compute = (unwanted: AbortSignal) => this.#run(name, ask, unwanted);
    try {
      // What had been recorded is another now: no answer from before says so.
      const keyNow = `${recorded} ${key}`;
      return await inTime(this.#kept.get(keyNow, `${sealed} ${span}`, compute, options));
    } finally {
      // A client that comes back later finds the answer then.
      left?.removeEventListener('abort', onLeft);
    }
  }

  /** How many questions were asked. */
  get asked(): number {
    return this.#asked;
  }

  /** How many questions were answered in a thread; all others had the answer of an equal question. */
  get computed(): number {
    return this.#computed;
  }

  /** What costs rest on at a version of the history: read once for all who ask meanwhile. */
  #costVersion(written: number): Promise<CostVersion> {
    return this.#kept.get('cost version', written, () => this.#reader.costVersion());
  }

  async #run(name: QuestionName, ask: unknown, unwanted: AbortSignal): Promise<unknown> {
    this.#computed += 1;
    const { thread } = QUESTIONS[name];
    const pool = thread === 'slow' ? this.#pools.slow : await this.#quickPool();
    const { alone } = this.#pools;
    for (let deaths = 0; ;) {
      const inPool = deaths < 2 ? pool : alone;
      const asked = async () => {
        // A signal that was aborted earlier has no event any more.
        if (unwanted.aborted) throw new HttpProblem(503, 'The client has left');
        return this.#runOnce(inPool, { name, ask }, unwanted);
      };
      const running = deaths > 0 ? this.#oneByOne(asked) : asked();
      const result = await (thread === 'slow' ? this.#whileSlow(running) : running);
      if ('outOfMemory' in result) {
        if (!result.hasShared) throw needsTooMuch('needs too much memory');
        // Whose memory it was shows when it happens again.
        deaths += 1;
        continue;
      }
      if ('refused' in result) throw new QuestionRefused(result.refused);
      if ('answer' in result) return result.answer;
      // It shared a part with a question that was given up, or its thread.
    }
  }

  async #runOnce(
    pool: Pool,
    question: Pick<QuestionTask, 'name' | 'ask'>,
    unwanted: AbortSignal,
  ): Promise<QuestionResult | { readonly outOfMemory: true; readonly hasShared: boolean }> {
    const others = [...this.#running].filter((other) => other.pool === pool);
    const own = { pool, hasShared: others.length > 0 };
    for (const other of others) other.hasShared = true;
    this.#running.add(own);
    try {
      return await runWithinLimits(pool, question, unwanted, this.#limits);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      return { outOfMemory: true, hasShared: own.hasShared };
    } finally {
      this.#running.delete(own);
    }
  }

  async #whileSlow<T>(running: Promise<T>): Promise<T> {
    this.#slow.add(running);
    try {
      return await running;
    } finally {
      this.#slow.delete(running);
    }
  }

  /** The pool of slow questions where none of them is in the way, or will soon be. */
  async #quickPool(): Promise<Pool> {
    const { slow, quick } = this.#pools;
    const isFree = () => this.#slow.size === 0 && slow.queueSize === 0;
    if (isFree()) return slow;
    if (quick.threads.length > 0) return quick;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, SHARED_MS);
    await Promise.race([Promise.allSettled(this.#slow), late.promise]);
    clearTimeout(timer);
    return isFree() ? slow : quick;
  }

  #start({ config, thresholds }: QuestionConfig): Pools {
    const start = (thread: keyof typeof THREADS): Pool => {
      const pool = new Piscina<QuestionTask | null, QuestionResult>({
        ...THREADS[thread],
        concurrentTasksPerWorker: AT_ONCE,
        filename: fileURLToPath(WORKER),
        workerData: { config, thresholds } satisfies QuestionConfig,
        minThreads: 0,
        maxThreads: 1,
        // Piscina's own balancer gives a thread nothing beside a task that can be aborted.
        loadBalancer: (_task, threads) =>
          threads.find(
            ({ isRunningAbortableTask: isOneAlone, currentUsage }) =>
              isOneAlone || currentUsage < AT_ONCE,
          ) ?? null,
        resourceLimits: {
          maxOldGenerationSizeMb: this.#limits.memoryMb,
          maxYoungGenerationSizeMb: 12,
        },
        // Else a thread sleeps between questions, and with it what it started for later ones.
        atomics: 'disabled',
      });
      pool.on('message', ({ problem }: { readonly problem: string }) =>
        this.#log.warn({ problem }, 'A source could not be asked'),
      );
      pool.on('error', (err: Error) => this.#log.error({ err, thread }, 'Question thread crashed'));
      return pool;
    };
    const pools = { slow: start('slow'), quick: start('quick'), alone: start('alone') };
    // What is wrong with a thread, the first question says; and one that has gone needs none.
    pools.slow.run(null, { name: 'load' }).catch(() => undefined);
    return pools;
  }
}

/**
 * What questions share an answer by. One about a span that moves on with the clock stays the same question, and the span
 * is a part of what its answer is right for: until the next one is there, the last one is given, which says its span.
 */
function questionKey(
  name: QuestionName,
  ask: unknown,
): { readonly key: string; readonly span: string; readonly isStill: boolean } {
  const { moving, from, to, ...rest } = ask as Partial<AskedSpan>;
  return moving === undefined
    ? { key: JSON.stringify([name, ask]), span: '', isStill: from !== undefined }
    : { key: JSON.stringify([name, moving, rest]), span: `${from} ${to}`, isStill: false };
}

function needsTooMuch(what: string): QuestionRefused {
  const cure = 'ask for a shorter window, longer steps or fewer dimensions';
  return new QuestionRefused(`The answer ${what}: ${cure}`);
}

async function runWithinLimits(
  pool: Pool,
  question: Pick<QuestionTask, 'name' | 'ask'>,
  unwanted: AbortSignal,
  { longestMs }: QuestionLimits,
): Promise<QuestionResult> {
  // Piscina's own limit leaves out what can be aborted.
  if (pool.queueSize >= pool.options.maxQueue)
    throw new HttpProblem(503, 'Too many questions wait: try again in a moment', {
      'retry-after': '10',
    });
  const flag = new CancelFlag();
  const late = AbortSignal.timeout(longestMs);
  const cancel = () => flag.raise();
  for (const signal of [unwanted, late]) signal.addEventListener('abort', cancel, { once: true });
  const tooLong = needsTooMuch('takes too long');
  try {
    const task = { ...question, cancel: flag.buffer };
    const result = await pool.run(task, { signal: AbortSignal.timeout(longestMs + GRACE_MS) });
    if ('cancelled' in result && late.aborted) throw tooLong;
    return result;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'AbortError' || name === 'TimeoutError') throw tooLong;
    // Another question of the same thread did not end in time.
    if (/terminating worker thread/i.test(message)) return { cancelled: true };
    throw error;
  } finally {
    for (const signal of [unwanted, late]) signal.removeEventListener('abort', cancel);
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = 'The answer is not ready yet: try again in a moment, or ask for less';
      reject(new HttpProblem(503, detail, { 'retry-after': '10' }));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
