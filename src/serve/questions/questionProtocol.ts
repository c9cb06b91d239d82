import type { Config } from '../../config/schema.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import type { Questions } from './questions.ts';

/** What the thread answers by: plain data, so that it can cross the threads' border. */
export interface QuestionConfig {
  readonly config: ServeConfig;
  readonly thresholds: Thresholds;
}

export type QuestionName = keyof Questions;

/** To the thread. */
export type ToQuestions =
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly name: QuestionName;
      readonly ask: unknown;
    }
  | { readonly type: 'configure'; readonly config: QuestionConfig };

/** From the thread. */
export type FromQuestions =
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | { readonly type: 'warning'; readonly problem: string };
