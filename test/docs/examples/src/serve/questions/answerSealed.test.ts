import { expect, it } from 'vitest';
import type { AnswerContext } from './answerContext.ts';
import { answerSealed } from './answerSealed.ts';
import { QUESTIONS } from './questions.ts';

it('counts windows', async () => {
  const status = async () => ({ sealedWindows: 12, incompleteWindows: 1 });
  const context = { reader: { status } } as unknown as AnswerContext;
  expect(await answerSealed(null, context)).toEqual({ sealed: 12, incomplete: 1 });
  expect(QUESTIONS.sealed.answer).toBe(answerSealed);
});
