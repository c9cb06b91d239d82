import type { HistoryReader } from '../../history/history.ts';
import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { QuestionName } from './questionProtocol.ts';
import type { Questions } from './questions.ts';

/** Answers kept at once, whatever is asked. */
const MAX_KEPT = 200;
/** An answer that was still right so lately is given while the next one is made. */
const STALE_MS = 30 * SECOND_MS;

interface Kept {
  version: number;
  answer: unknown;
  /** When it was last known to be right. */
  at: TimeMs;
  refresh: Promise<unknown> | null;
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
        entry.refresh ??= refresh(key, version, name, question);
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
    const asked = questions[name](question as never).then((answer: unknown) => {
      kept.delete(key);
      kept.set(key, { version, answer, at: now(), refresh: null });
      const oldest = kept.keys().next();
      if (kept.size > MAX_KEPT && oldest.done !== true) kept.delete(oldest.value);
      return answer;
    });
    // Whoever waits is told of the failure; whoever got the stale answer asks again with the next request.
    asked.catch(() => {
      const entry = kept.get(key);
      if (entry !== undefined) entry.refresh = null;
    });
    return asked;
  }

  return {
    overview: (question) => ask('overview', question, true),
    costs: (question) => ask('costs', question, true),
    advice: (question) => ask('advice', question, true),
    posture: (question) => ask('posture', question, true),
    findings: (question) => ask('findings', question, false),
  };
}
