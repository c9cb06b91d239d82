import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker, type MessagePort } from 'node:worker_threads';
import { processId } from '../model/processId.ts';
import { threadEntry } from '../model/shippedFiles.ts';
import { createBirpc, type BirpcReturn } from 'birpc';
import type { CycleProgress } from '../cycle/catchUp.ts';
import type { CostTable } from '../store/costTable.ts';
import type { TimeMs } from '../model/time.ts';
import type { CycleConfig } from './compose.ts';
import type { CycleSummary } from './cycleSummary.ts';
import type { DigestAnswer, DigestAsk } from './makeDigest.ts';

/** What the cycle thread does for the daemon. Calls run one after the other, as they came, except the last three. */
export interface CycleCalls {
  /** Observes namespaces for the process that leads until `open` or the next `standBy`; null: it leaves that. */
  standBy(loaded: CycleConfig | null): void;
  /** Opens the history, once, before all further calls. */
  open(loaded: CycleConfig): void;
  /** Seals every window up to `until`; `from` is where to begin when nothing is sealed yet. */
  catchUp(ask: {
    readonly from: TimeMs;
    readonly until: TimeMs;
    readonly muted: boolean;
  }): Promise<CycleSummary>;
  firstLook(until: TimeMs): Promise<CostTable>;
  oldestData(): Promise<TimeMs | null>;
  /** Makes a week's digest, once. */
  digest(ask: DigestAsk): Promise<DigestAnswer>;
  keepHouse(now: TimeMs): Promise<void>;
  /** Writes a backup; returns its path, null where none is configured. */
  backup(now: TimeMs): Promise<string | null>;
  /** Closes the history, then the thread ends. */
  close(): Promise<void>;
  reconfigure(loaded: CycleConfig): Promise<void>;
  /** Ends the call that runs or, where none does, the next one: it fails; its batch is either recorded or untouched. */
  abort(): void;
}

/** What the thread reports of itself. */
export interface CycleReports {
  opened(watermark: TimeMs | null): void;
  failed(error: Error): void;
  progress(progress: CycleProgress): void;
  warning(problem: string): void;
  /** The history cannot be used any more until Burnwatch starts again. */
  unusable(reason: string): void;
}

export interface ThreadData {
  readonly thread: 'cycle';
}

/** The thread from the daemon's side. */
export interface CycleThread {
  /** End of the last sealed window when the history was opened. */
  readonly watermark: TimeMs | null;
  readonly calls: BirpcReturn<CycleCalls, CycleReports>;
  /** Resolves with the reason when the thread has ended. */
  readonly ended: Promise<Error>;
  /** Ends the thread at once, whatever it does: `ended` gives the reason. */
  kill(reason: string): void;
  /** Ends what runs, closes the history and waits; after `timeoutMs` the thread is ended hard. */
  close(timeoutMs: number): Promise<void>;
}

/** A process that may not lead yet: its thread writes nothing. */
export interface Waiting {
  /** Resolves when it leads. */
  readonly leads: Promise<unknown>;
  /** Tells that its configuration was loaded again. */
  readonly reloads: EventEmitter<{ reloaded: [] }>;
}

/** A process that need not wait. */
export const leading = (): Waiting => ({ leads: Promise.resolve(), reloads: new EventEmitter() });

/**
 * A young generation of 4 MiB thrice, not Node's 16: what a listing of thousands of pods throws away is
 * collected sooner, at no cost of CPU that could be measured (docs/benchmarks.md).
 *
 * The old generation suffices for 250,000 containers; the supervisor doubles it for a cluster that needs more, since a
 * thread that has none left ends, and begins its window again.
 */
export const CYCLE_HEAP = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 4_000 } as const;

/**
 * How much a heap grows, in percent of what lives in it, before it is collected: as it would below 1 GB. By itself V8 lets
 * one that may be larger than 2 GB grow to its fourfold, which is half as much memory again for 1,000 containers.
 */
const HEAP_GROWTH = '--heap-growing-percent=60';

const THREAD = threadEntry('src/daemon/cycleRunner.ts');

/** A thread of which nothing more is asked than that it loads its code. */
export interface LoadedThread {
  readonly worker: Worker;
  /** Why it ended. */
  readonly ended: Promise<Error>;
  /** Says why it will end. */
  fail(cause: Error): void;
}

/**
 * A thread that loads its code until `startCycleThread` takes it; it keeps no process alive till then.
 *
 * @param heapMb of the old generation; a thread that needs more ends with `ERR_WORKER_OUT_OF_MEMORY`
 */
export function loadCycleThread(
  heapMb: number = CYCLE_HEAP.maxOldGenerationSizeMb,
  thread = THREAD,
): LoadedThread {
  setFlagsFromString(HEAP_GROWTH);
  // Before the thread begins: what leads a history goes by it.
  processId();
  const worker = new Worker(thread, {
    workerData: { thread: 'cycle' } satisfies ThreadData,
    resourceLimits: { ...CYCLE_HEAP, maxOldGenerationSizeMb: heapMb },
  });
  worker.unref();
  let cause: Error | null = null;
  const fail = (error: Error): void => {
    cause = error;
  };
  const ended = new Promise<Error>((resolve) => {
    worker.on('error', fail);
    // Its last message, why it fails, may be handed over with its end and is taken a turn later.
    worker.once('exit', (code) =>
      setImmediate(() => resolve(cause ?? new Error(`The cycle thread ended with code ${code}`))),
    );
  });
  return { worker, ended, fail };
}

/** Loads threads, the first one before it is asked for. */
export function loadAhead(): typeof loadCycleThread {
  let first: LoadedThread | null = loadCycleThread();
  return (heapMb) => {
    const thread = first ?? loadCycleThread(heapMb);
    first = null;
    return thread;
  };
}

/** Brings a cycle thread up to its open history. */
export type StartThread =
  Parameters<typeof startCycleThread> extends [unknown, ...infer Rest]
    ? (...rest: Rest) => Promise<CycleThread>
    : never;

/**
 * Takes a thread into use and waits until the history is open.
 *
 * @param waiting until this process leads the thread only loads its code, and observes where `history.standbys` says so
 * @throws Error of the history or the collector, or what broke the thread.
 */
export async function startCycleThread(
  { worker, ended, fail }: LoadedThread,
  loaded: () => CycleConfig,
  reports: Pick<CycleReports, 'progress' | 'warning' | 'unusable'>,
  { leads, reloads }: Waiting,
): Promise<CycleThread> {
  worker.ref();
  const opened = Promise.withResolvers<TimeMs | null>();
  const calls = createBirpc<CycleCalls, CycleReports>(
    {
      ...reports,
      opened: opened.resolve,
      failed: fail,
    },
    wire(worker),
  );
  void ended.then((error) => {
    calls.$close(error);
    opened.reject(error);
    return null;
  });
  const kill = (reason: string): void => {
    fail(new Error(reason));
    void worker.terminate();
  };
  const plain = (): CycleConfig => {
    const { config, thresholds, configHash } = loaded();
    return { config, thresholds, configHash };
  };
  const standBy = (): void => {
    const isCollector = loaded().config.history.standbys === 'collect';
    calls.standBy.asEvent(isCollector ? plain() : null).catch(() => undefined);
  };
  const open = async (): Promise<void> => {
    reloads.on('reloaded', standBy);
    try {
      standBy();
      await leads;
    } catch (error) {
      kill(plainError(error).message);
      return;
    } finally {
      reloads.off('reloaded', standBy);
    }
    await calls.open(plain());
  };
  open().catch(() => undefined);
  const watermark = await opened.promise;
  const close = async (timeoutMs: number): Promise<void> => {
    const ignore = (): void => undefined;
    calls.abort().catch(ignore);
    // Its answer may not come if the thread dies on the way: the exit is what is waited for.
    calls.close().catch(ignore);
    const timer = setTimeout(() => void worker.terminate(), timeoutMs);
    await ended;
    clearTimeout(timer);
  };
  return { watermark, calls, ended, kill, close };
}

/** How both sides are connected. */
export function wire(port: Worker | MessagePort) {
  return {
    post: (message: unknown) => port.postMessage(message),
    on: (receive: (message: unknown) => void) => port.on('message', receive),
    serialize: (message: { readonly e?: unknown }) =>
      message.e === undefined ? message : { ...message, e: plainError(message.e) },
    // A catch-up takes as long as it takes; a thread that ends fails its calls.
    timeout: -1,
  };
}

/** An error that can be sent between threads: its class and whatever else it carries cannot. */
export function plainError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const plain = new Error(error.message);
  if (error.stack !== undefined) plain.stack = error.stack;
  return plain;
}
