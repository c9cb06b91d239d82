import type { HistoryReader } from '../../store/history.ts';
import { MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { QuestionName } from './questionProtocol.ts';
import type { Questions } from './questions.ts';

/** Answers kept at once, whatever is asked. */
const MAX_KEPT = 200;
/** An answer that was right a window ago is given while the next one is made: it says as of when it is. */
const STALE_MS = 6 * MINUTE_MS;

interface Kept {
  version: number;
  answer: unknown;
  /** When it was last known to be right. */
  at: TimeMs;
}

/**
 * Keeps answers until something is written: many who look at once cost no more than one. What changes by a
 * person's click (findings) is never given stale.
 */
export function keptQuestions(
  questions: Questions,
  reader: Pick<HistoryReader, 'version'>,
  now: () => TimeMs,
): Questions {
  const kept = new Map<string, Kept>();
  const pending = new Map<
    string,
    { readonly version: number; readonly answer: Promise<unknown> }
  >();

  async function ask<N extends QuestionName>(
    name: N,
    question: Parameters<Questions[N]>[0],
    mayBeStale: boolean,
  ): Promise<Awaited<ReturnType<Questions[N]>>> {
    type Answer = Awaited<ReturnType<Questions[N]>>;
    const key = JSON.stringify([name, question]);
    const version = await reader.version();
    const entry = kept.get(key);
    if (entry !== undefined) {
      // Deleting and setting again keeps the map in the order of last use.
      kept.delete(key);
      kept.set(key, entry);
      if (entry.version === version) {
        entry.at = now();
        return entry.answer as Answer;
      }
      const isFresh = now() - entry.at < STALE_MS;
      if (mayBeStale && isFresh) {
        // Whoever got the stale answer asks again with the next request: its failure is no one's.
        if (!pending.has(key)) refresh(key, version, name, question).catch(() => undefined);
        return entry.answer as Answer;
      }
    }
    return (await refresh(key, version, name, question)) as Answer;
  }

  function refresh(
    key: string,
    version: number,
    name: QuestionName,
    question: unknown,
  ): Promise<unknown> {
    const known = pending.get(key);
    if (known !== undefined && known.version === version) return known.answer;
    const answer = settle(key, version, name, question);
    pending.set(key, { version, answer });
    return answer;
  }

  async function settle(
    key: string,
    version: number,
    name: QuestionName,
    question: unknown,
  ): Promise<unknown> {
    try {
      const answer: unknown = await questions[name](question as never);
      kept.delete(key);
      kept.set(key, { version, answer, at: now() });
      const oldest = kept.keys().next();
      if (kept.size > MAX_KEPT && oldest.done !== true) kept.delete(oldest.value);
      return answer;
    } finally {
      if (pending.get(key)?.version === version) pending.delete(key);
    }
  }

  return {
    overview: (question) => ask('overview', question, true),
    costs: (question) => ask('costs', question, true),
    spend: (question) => ask('spend', question, true),
    advice: (question) => ask('advice', question, true),
    posture: (question) => ask('posture', question, true),
    findings: (question) => ask('findings', question, false),
  };
}
