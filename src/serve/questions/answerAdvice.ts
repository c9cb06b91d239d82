import type { Savings } from '../../cost/savings/estimateSavings.ts';
import { misses } from '../../model/clusterObjects.ts';
import { workloadPatches, type WorkloadPatch } from '../../detect/rightsize/advice/patch.ts';
import {
  isWorthSaying,
  readAdvice,
  type AdviceReport,
} from '../../detect/rightsize/advice/readAdvice.ts';
import { suspectedWorkloads } from '../../detect/findings/suspectedWorkloads.ts';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import { workloadKey, type WorkloadRef } from '../../model/workload.ts';
import { findingsOf } from './answerFindings.ts';
import { isVisible, isWorkload, type AnswerContext, type Whose } from './answerContext.ts';

export interface AdviceAsk extends Whose {
  readonly namespace: string | null;
  readonly workload: WorkloadRef | null;
  /** Also what fits, and what has too little data. */
  readonly all: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface AdvicePage {
  readonly advices: readonly ContainerAdvice[];
  readonly patches: readonly WorkloadPatch[];
  readonly total: number;
  readonly savings: Savings | null;
  /** Σ of the savings of all that is chosen, pages not shown included. */
  readonly savingPerMonth: number;
  /** Containers left out because an open abuse finding is about their workload. */
  readonly suspects: number;
  /** False where autoscalers, manifests' owners and specifications could not be asked. */
  readonly isWhole: boolean;
}

/** UTC days that advice looks back on. */
const DAYS = 14;

/** One page of what to request instead, with the patches of its workloads. */
export async function answerAdvice(ask: AdviceAsk, context: AnswerContext): Promise<AdvicePage> {
  const { advices, savings, isWhole } = await readWholeAdvice(context);
  const isOwn = isVisible(ask);
  const suspected = suspectedWorkloads(await findingsOf('open', null, context));
  const asked = advices.filter(
    (advice) =>
      isOwn(advice.namespace) &&
      (ask.namespace === null || advice.namespace === ask.namespace) &&
      isWorkload(advice.workload, ask.workload) &&
      (ask.all || isWorthSaying(advice, 0)),
  );
  // A miner's use must not become a recommended request.
  const chosen = asked.filter(
    ({ namespace, workload }) => !suspected.has(workloadKey(namespace, workload)),
  );
  const shown = chosen.slice(ask.offset, ask.offset + ask.limit);
  return {
    advices: shown,
    patches: workloadPatches(shown),
    total: chosen.length,
    savings: ask.namespaces === null && ask.namespace === null ? savings : null,
    savingPerMonth: chosen.reduce((sum, { savingPerMonth }) => sum + (savingPerMonth ?? 0), 0),
    suspects: asked.length - chosen.length,
    isWhole,
  };
}

/** Advice for every container of the cluster: two weeks of sketches, read once an hour for all readers. */
function readWholeAdvice(
  context: AnswerContext,
): Promise<AdviceReport & { readonly isWhole: boolean }> {
  return context.perHour('advice', async () => {
    const snapshot = await context.present();
    const report = await readAdvice(context.reader, {
      days: DAYS,
      namespaces: null,
      rule: context.thresholds().overprovisioned,
      snapshot,
    });
    const objects = snapshot?.objects ?? null;
    return { ...report, isWhole: objects !== null && !misses(objects, 'deployments') };
  });
}
