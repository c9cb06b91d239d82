import { keptAt, readCluster } from '../../detect/keptCluster.ts';
import type { SavingsAction } from '../../cost/savings/savingsAction.ts';
import { readActions } from '../../detect/rightsize/actions/readActions.ts';
import type { ProvenSaving } from '../../detect/rightsize/applied/provenSaving.ts';
import { readApplied } from '../../detect/rightsize/applied/readApplied.ts';
import { abuseMarks } from '../../detect/findings/suspectedWorkloads.ts';
import { kubeContextOf } from '../../notify/config.ts';
import { ADVICE_DAYS } from '../../detect/rightsize/applied/appliedAdvice.ts';
import type { TimeMs } from '../../model/time.ts';
import { findingsOf } from './answerFindings.ts';
import { isVisible, type AnswerContext, type Whose } from './answerContext.ts';

export interface SavingsAnswer {
  /** What saves money beside right-sizing, the largest first. */
  readonly actions: readonly SavingsAction[];
  /** Recommendations that were applied in the last four weeks, the latest first. */
  readonly applied: readonly ProvenSaving[];
  /** False where no source lists objects: volumes and load balancers are unknown then. */
  readonly isWhole: boolean;
  /** When the cluster was as these are; null in a history that has not kept it yet. */
  readonly asOf: TimeMs | null;
}

/** What more could be saved, and what came of recommendations; nodes only for who sees every namespace. */
export async function answerSavings(
  { namespaces }: Whose,
  context: AnswerContext,
): Promise<SavingsAnswer> {
  const abuse = abuseMarks(await findingsOf('open', null, context));
  const { actions, applied, ...cluster } = await readWhole(abuse, context);
  const isOwn = isVisible({ namespaces });
  return {
    actions: actions.filter(({ namespace }) => isOwn(namespace)),
    applied: applied.filter(({ namespace }) => isOwn(namespace)),
    ...cluster,
  };
}

/** Of the whole cluster, read once an hour for all readers. */
async function readWhole(
  abuse: ReturnType<typeof abuseMarks>,
  { reader, config, thresholds, live, perHour }: AnswerContext,
): Promise<SavingsAnswer> {
  return perHour(`savings ${await keptAt(reader)} ${JSON.stringify([...abuse])}`, async () => {
    const settings = config();
    const present = await readCluster(reader);
    const request = {
      days: ADVICE_DAYS,
      namespaces: null,
      pricing: settings.pricing,
      abuse,
      present,
      rule: thresholds().overprovisioned,
    };
    const actions = await readActions(reader, {
      ...request,
      thresholds: thresholds(),
      timezone: settings.schedule.timezone,
      kubeContext: kubeContextOf(settings),
    });
    const unknown = async () => ({ cpu: null, ram: null });
    const pressure = live === null ? unknown : live.pressure;
    const applied = await readApplied(reader, { ...request, pressure });
    const isWhole = (present?.objects ?? null) !== null;
    return { actions, applied, isWhole, asOf: present?.asOf ?? null };
  });
}
