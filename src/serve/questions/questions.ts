import { HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import { HistoryError } from '../../store/history.ts';
import { answerAdvice } from './answerAdvice.ts';
import { answerExplore, answerExplorePage } from './answerExplore.ts';
import { answerAllocations, answerCostReport, answerCosts, answerSpend } from './answerCosts.ts';
import { AnswerCache } from './answerCache.ts';
import { QuestionRefused, type AnswerContext, type AnswerParts } from './answerContext.ts';
import {
  answerControlPlane,
  answerFindingPage,
  answerFindings,
  answerSignals,
} from './answerFindings.ts';
import {
  answerFindingUse,
  answerFindingSeries,
  answerSeries,
  answerWorkloadUse,
} from './answerUse.ts';
import { answerFleetDigest } from './answerFleetDigest.ts';
import { answerOverview } from './answerOverview.ts';
import { answerBudgets, answerOwners, answerPrices, answerUnitCosts } from './answerMoney.ts';
import { answerSavings } from './answerSavings.ts';
import { answerPosture } from './answerPosture.ts';

/** An answer that was right a window ago may be given while the next one is made: it says as of when it is. */
const STALE_MS = 6 * MINUTE_MS;

/** How long an answer is kept. */
export interface AnswerKeeping {
  /** An answer that was right so long ago is given while the next one is made; never about a span that stands still. */
  readonly staleMs: number;
  /** It is made of costs alone: kept until they change, whatever else is written. */
  readonly of?: 'costs';
}

/**
 * Every question that pages and API ask of the history. The rule: on the event loop a request reads a few
 * rows by their key (`deps.reader`); whatever reads or computes more is asked here (`deps.questions`), answered in a thread
 * (`questionPool.ts`) and kept until something is written (`answerCache.ts`).
 *
 * To add one: write `answerX(ask, context)` with plain data in and out, list it here, and test it.
 *
 * `quick` questions have a thread of their own: they never wait for one that takes seconds.
 */
export const QUESTIONS = {
  overview: { answer: answerOverview, thread: 'slow', staleMs: STALE_MS },
  costs: { answer: answerCosts, thread: 'slow', staleMs: STALE_MS },
  spend: { answer: answerSpend, thread: 'slow', staleMs: STALE_MS },
  advice: { answer: answerAdvice, thread: 'slow', staleMs: STALE_MS },
  savings: { answer: answerSavings, thread: 'slow', staleMs: STALE_MS },
  posture: { answer: answerPosture, thread: 'slow', staleMs: STALE_MS },
  costReport: { answer: answerCostReport, thread: 'slow', staleMs: STALE_MS, of: 'costs' },
  explore: { answer: answerExplore, thread: 'slow', staleMs: STALE_MS, of: 'costs' },
  explorePage: { answer: answerExplorePage, thread: 'slow', staleMs: STALE_MS },
  budgets: { answer: answerBudgets, thread: 'slow', staleMs: STALE_MS },
  owners: { answer: answerOwners, thread: 'slow', staleMs: STALE_MS },
  unitCosts: { answer: answerUnitCosts, thread: 'slow', staleMs: STALE_MS },
  prices: { answer: answerPrices, thread: 'quick', staleMs: STALE_MS },
  allocations: { answer: answerAllocations, thread: 'slow', staleMs: 0, of: 'costs' },
  // A decision about a finding shows at once.
  findings: { answer: answerFindings, thread: 'quick', staleMs: 0 },
  fleetDigest: { answer: answerFleetDigest, thread: 'quick', staleMs: 0 },
  controlPlane: { answer: answerControlPlane, thread: 'slow', staleMs: STALE_MS },
  signals: { answer: answerSignals, thread: 'quick', staleMs: 0 },
  findingPage: { answer: answerFindingPage, thread: 'quick', staleMs: 0 },
  findingUse: { answer: answerFindingUse, thread: 'quick', staleMs: 0 },
  findingSeries: { answer: answerFindingSeries, thread: 'quick', staleMs: 0 },
  series: { answer: answerSeries, thread: 'quick', staleMs: 0 },
  workloadUse: { answer: answerWorkloadUse, thread: 'quick', staleMs: 0 },
} as const;

type List = typeof QUESTIONS;
export type QuestionName = keyof List;

/** A function for each question; where the answer is made is not the caller's concern. */
export type Questions = {
  readonly [N in QuestionName]: (
    ask: Parameters<List[N]['answer']>[0],
  ) => ReturnType<List[N]['answer']>;
};

/** Makes a function for each question from one that gets the question's name. */
export function eachQuestion(
  ask: (name: QuestionName, ask: unknown) => Promise<unknown>,
): Questions {
  const names = Object.keys(QUESTIONS) as QuestionName[];
  const entries = names.map((name) => [name, (about: unknown) => ask(name, about)] as const);
  return Object.fromEntries(entries) as unknown as Questions;
}

/** Parts of answers that are kept: what namespaces a token sees makes them differ. */
const KEPT_PARTS = 200;

/** Answers from the history, in the thread that calls this. */
export function historyAnswers(parts: AnswerParts): Questions {
  const kept = new AnswerCache(KEPT_PARTS);
  const watermark = async () => (await parts.reader.status()).watermark ?? 0;
  const costs = async () => JSON.stringify(await parts.reader.costVersion());
  const context: AnswerContext = {
    ...parts,
    perWindow: async (key, compute) => kept.get(`window ${key}`, await costs(), compute),
    // A watermark on the hour belongs to the hour that it ends.
    perHour: async (key, compute) =>
      kept.get(`hour ${key}`, Math.floor(((await watermark()) - 1) / HOUR_MS), compute),
    perWrite: async (key, compute) =>
      kept.get(`write ${key}`, await parts.reader.version(), compute),
  };
  return eachQuestion(async (name, ask) => {
    try {
      return await QUESTIONS[name].answer(ask as never, context);
    } catch (error) {
      if (error instanceof HistoryError && error.code === 'too-large')
        throw new QuestionRefused(error.message);
      throw error;
    }
  });
}
