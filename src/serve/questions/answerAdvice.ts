import type { Savings } from '../../cost/savings/estimateSavings.ts';
import { keptAt, readCluster } from '../../detect/keptCluster.ts';
import { misses } from '../../model/clusterObjects.ts';
import { ADVICE_DAYS } from '../../detect/rightsize/applied/appliedAdvice.ts';
import { workloadPatches, type WorkloadPatch } from '../../detect/rightsize/advice/patch.ts';
import {
  freedPerMonth,
  isWorthSaying,
  readAdvice,
  type AdviceReport,
} from '../../detect/rightsize/advice/readAdvice.ts';
import { abuseMarks, type AbuseMark } from '../../detect/findings/suspectedWorkloads.ts';
import { renderPatches } from '../../detect/rightsize/advice/renderPatches.ts';
import { kubeContextOf } from '../../notify/config.ts';
import type { ContainerAdvice } from '../../detect/rightsize/advice/adviceForm.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
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
  /** The patches as a script. */
  readonly script: string;
  /** Containers without a proposal because an open abuse finding is about their workload. */
  readonly suspects: number;
  /** False where autoscalers, manifests' owners and specifications are not known. */
  readonly isWhole: boolean;
  /** When the cluster was as these are; null in a history that has not kept it yet. */
  readonly asOf: TimeMs | null;
}

/** One page of what to request instead, with the patches of its workloads. */
export async function answerAdvice(ask: AdviceAsk, context: AnswerContext): Promise<AdvicePage> {
  const abuse = abuseMarks(await findingsOf('open', null, context));
  const { advices, savings, ...cluster } = await readWholeAdvice(abuse, context);
  const isOwn = isVisible(ask);
  const chosen = advices.filter(
    (advice) =>
      isOwn(advice.namespace) &&
      (ask.namespace === null || advice.namespace === ask.namespace) &&
      isWorkload(advice.workload, ask.workload) &&
      (ask.all || isWorthSaying(advice, 0)),
  );
  const shown = chosen.slice(ask.offset, ask.offset + ask.limit);
  const patches = workloadPatches(shown);
  const config = context.config();
  const { currency } = config.pricing;
  return {
    advices: shown,
    patches,
    script: renderPatches(patches, { currency, kubeContext: kubeContextOf(config) }),
    total: chosen.length,
    savings: ask.namespaces === null && ask.namespace === null ? savings : null,
    savingPerMonth: freedPerMonth(chosen),
    suspects: chosen.filter(({ withheld }) => withheld !== null).length,
    ...cluster,
  };
}

/** Advice for every container of the cluster: two weeks of sketches, read once an hour for all readers. */
async function readWholeAdvice(
  abuse: ReadonlyMap<string, AbuseMark>,
  context: AnswerContext,
): Promise<AdviceReport & Pick<AdvicePage, 'isWhole' | 'asOf'>> {
  const asOf = await keptAt(context.reader);
  // A decision on a finding changes the advice at once, and so does another state of the cluster.
  return context.perHour(`advice ${asOf} ${JSON.stringify([...abuse])}`, async () => {
    const present = await readCluster(context.reader);
    const report = await readAdvice(context.reader, {
      days: ADVICE_DAYS,
      namespaces: null,
      rule: context.thresholds().overprovisioned,
      abuse,
      present,
    });
    const objects = present?.objects ?? null;
    const isWhole = objects !== null && !misses(objects, 'deployments');
    return { ...report, isWhole, asOf: present?.asOf ?? null };
  });
}
