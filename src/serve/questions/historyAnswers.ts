import { HOUR_MS } from '../../model/time.ts';
import { answerAdvice } from './answerAdvice.ts';
import type { AnswerParts, AnswerContext } from './answerContext.ts';
import { answerCosts } from './answerCosts.ts';
import { answerFindings } from './answerFindings.ts';
import { answerOverview } from './answerOverview.ts';
import { answerPosture } from './answerPosture.ts';
import { answerSpend } from './answerSpend.ts';
import { Memo } from './memo.ts';
import type { Questions } from './questions.ts';

/** Answers that may be kept: what namespaces a token sees makes them differ. */
const KEPT_ANSWERS = 64;

/** Answers from the history, in whatever thread it is made. */
export function historyAnswers(parts: AnswerParts): Questions {
  const windows = new Memo(KEPT_ANSWERS);
  const hours = new Memo(KEPT_ANSWERS);
  const writes = new Memo(KEPT_ANSWERS);
  const context: AnswerContext = {
    ...parts,
    perWindow: async (key, compute) => {
      const { watermark } = await parts.reader.status();
      return windows.get(key, watermark ?? 0, compute);
    },
    perHour: async (key, compute) => {
      const { watermark } = await parts.reader.status();
      // A watermark on the hour belongs to the hour that it ends, as its day does.
      return hours.get(key, Math.floor(((watermark ?? 0) - 1) / HOUR_MS), compute);
    },
    perWrite: async (key, compute) => writes.get(key, await parts.reader.version(), compute),
  };
  return {
    overview: (ask) => answerOverview(ask, context),
    findings: (ask) => answerFindings(ask, context),
    costs: (ask) => answerCosts(ask, context),
    spend: (ask) => answerSpend(ask, context),
    advice: (ask) => answerAdvice(ask, context),
    posture: (ask) => answerPosture(ask, context),
  };
}
