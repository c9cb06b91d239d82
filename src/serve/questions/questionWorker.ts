import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { parentPort, workerData } from 'node:worker_threads';
import { inTurn } from '../../model/inTurn.ts';
import { knownSources } from '../../model/snapshot.ts';
import { spareMemory } from '../../model/spareMemory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { prometheusLiveSource } from '../series/liveSource.ts';
import { QuestionRefused } from './answerContext.ts';
import { CancelFlag, QuestionCancelled } from './cancellation.ts';
import type { QuestionConfig, QuestionTask, QuestionResult } from './questionPool.ts';
import { historyAnswers, QUESTIONS, type AnswerKeeping, type Questions } from './questions.ts';

let answers: Promise<Questions> | null = null;

/** The question that is being answered. */
const answering = new AsyncLocalStorage<CancelFlag>();
/** Large questions, since the limit of memory holds for each; they wait for no other server. */
const oneByOne = inTurn();

/** Answers a question in a thread of the pool, with a connection of its own to the history. */
export default async function answer({ name, ask, cancel }: QuestionTask): Promise<QuestionResult> {
  answers ??= open(workerData as QuestionConfig);
  const flag = new CancelFlag(cancel);
  const { of }: AnswerKeeping = QUESTIONS[name];
  try {
    const answerNow = async () => {
      flag.throwIfRaised();
      return (await answers!)[name](ask as never);
    };
    const answered = answering.run(flag, () =>
      of === 'costs' ? oneByOne(answerNow) : answerNow(),
    );
    return handedOver(await answered);
  } catch (error) {
    // Errors lose their class on the way between threads.
    if (error instanceof QuestionRefused) return { refused: error.message };
    if (error instanceof QuestionCancelled) return { cancelled: true };
    throw error;
  } finally {
    spareMemory();
  }
}

/** A thread that has done this has loaded its code. */
export function load(): void {}

/** A text changes hands; whatever else is copied. */
function handedOver(answer: unknown): QuestionResult {
  if (!(answer instanceof Uint8Array)) return { answer };
  const result = { [transferableSymbol]: [answer.buffer], [valueSymbol]: { answer } };
  return move(result) as unknown as QuestionResult;
}

async function open({ config, thresholds }: QuestionConfig): Promise<Questions> {
  try {
    const beforeRead = async () => {
      // Reading waits for nothing by itself: a question that has come meanwhile begins now.
      await setImmediate();
      answering.getStore()?.throwIfRaised();
    };
    const reader = await openHistoryReader(config.history.path, {}, beforeRead);
    const known = async () => knownSources(await reader.status());
    return historyAnswers({
      reader,
      config: () => config,
      thresholds: () => thresholds,
      live: prometheusLiveSource(() => config, known, warn),
    });
  } catch (error) {
    // The next question tries again.
    answers = null;
    throw error;
  }
}

function warn(problem: string): void {
  parentPort?.postMessage({ problem });
}
