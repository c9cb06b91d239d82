import type { AnswerContext } from './answerContext.ts';

export interface SealedView {
  readonly sealed: number;
  readonly incomplete: number;
}

/** How many windows the history holds, and how many of them lack data. */
export async function answerSealed(_ask: null, { reader }: AnswerContext): Promise<SealedView> {
  const { sealedWindows, incompleteWindows } = await reader.status();
  return { sealed: sealedWindows, incomplete: incompleteWindows };
}
