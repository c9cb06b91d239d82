import type { Span } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { ServeConfig } from '../config.ts';
import type { Thresholds } from '../../detect/detectors.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { LiveSource } from '../series/liveSource.ts';

/** Only what lies in these namespaces, or null for all. */
export interface Whose {
  readonly namespaces: readonly string[] | null;
}

/** A span as it was asked for. */
export interface AskedSpan extends Span {
  /** What was asked for where the span moves on with the clock, such as `24h`: later it is the same question. */
  readonly moving?: string;
}

/** Says of each namespace whether it is among those; null stands for the cluster as a whole. */
export function isVisible({ namespaces }: Whose): (namespace: string | null) => boolean {
  if (namespaces === null) return () => true;
  const visible = new Set<string | null>(namespaces);
  return (namespace) => visible.has(namespace);
}

/** True where both are the same workload, or any is wanted. */
export function isWorkload(
  one: WorkloadRef | null | undefined,
  wanted: WorkloadRef | null,
): boolean {
  return wanted === null || (one?.kind === wanted.kind && one.name === wanted.name);
}

/** What the answers are made of. */
export interface AnswerParts {
  readonly reader: HistoryReader;
  config(): ServeConfig;
  thresholds(): Thresholds;
  /** Finer series than the history's; null where they cannot be had. */
  readonly live: LiveSource | null;
}

/** A question that cannot be answered as asked; the message explains how to ask. */
export class QuestionRefused extends Error {
  override readonly name = 'QuestionRefused';
}

/** What every answer is made with. */
export interface AnswerContext extends AnswerParts {
  /** Keeps an answer until another window is sealed, or a correction or a bill changes what was recorded. */
  perWindow<T>(key: string, compute: () => Promise<T>): Promise<T>;
  /** Keeps an answer until another hour is sealed: for what changes slowly and costs much. */
  perHour<T>(key: string, compute: () => Promise<T>): Promise<T>;
  /** Keeps an answer until anything is written. */
  perWrite<T>(key: string, compute: () => Promise<T>): Promise<T>;
}
