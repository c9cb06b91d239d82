import type { SignalPage, SignalQuery } from '../../store/signals.ts';
import type { AnswerContext } from './answerContext.ts';

/** One page of other tools' events, newest first. */
export function answerSignals(ask: SignalQuery, { reader }: AnswerContext): Promise<SignalPage> {
  return reader.signals(ask);
}
