import type { CycleProgress } from '../cycle/cycleForm.ts';
import type { CostTable } from '../store/costTable.ts';
import type { TimeMs } from '../model/time.ts';
import type { CycleConfig } from './compose.ts';
import type { CycleSummary } from './cycleSummary.ts';
import type { DigestAnswer, DigestAsk } from './makeDigest.ts';

/** What the daemon asks of its cycle thread, and what it gets back. */
export interface CycleCalls {
  /** Seals every window up to `until`; `from` is where to begin when nothing is sealed yet. */
  'catch-up': {
    readonly ask: { readonly from: TimeMs; readonly until: TimeMs; readonly muted: boolean };
    readonly answer: CycleSummary;
  };
  'first-look': { readonly ask: { readonly until: TimeMs }; readonly answer: CostTable };
  'oldest-data': { readonly ask: null; readonly answer: TimeMs | null };
  /** Makes a week's digest, once. */
  digest: { readonly ask: DigestAsk; readonly answer: DigestAnswer };
  'keep-house': { readonly ask: { readonly now: TimeMs }; readonly answer: null };
  reconfigure: { readonly ask: CycleConfig; readonly answer: null };
  /** Ends what runs, closes the history, ends the thread. */
  close: { readonly ask: null; readonly answer: null };
}

export type CallName = keyof CycleCalls;

/** To the thread: a call, or `abort`, which ends the call that runs. */
export type ToCycle =
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly ask: unknown }
  | { readonly type: 'abort' };

/** From the thread. */
export type FromCycle =
  | { readonly type: 'opened'; readonly watermark: TimeMs | null }
  | { readonly type: 'progress'; readonly progress: CycleProgress }
  | { readonly type: 'warning'; readonly problem: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failure'; readonly id: number | null; readonly error: PlainError };

/** An error that can cross the threads' border. */
export interface PlainError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly stack: string | null;
}

/** What the thread is started with. */
export interface CycleThreadData {
  readonly loaded: CycleConfig;
  readonly command: string;
}

/** An error as it can be sent between threads, which keep neither its class nor its code. */
export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: null, message: String(error), stack: null };
  }
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name, code, message, stack: stack ?? null };
}

/** A call that the cycle thread could not do. `code` is that of the error there. */
export class CycleCallError extends Error {
  override readonly name = 'CycleCallError';
  readonly code: string | null;

  constructor(error: PlainError) {
    super(error.message);
    this.code = error.code;
    if (error.stack !== null) this.stack = error.stack;
  }
}
