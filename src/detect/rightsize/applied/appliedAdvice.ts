import { DAY_MS, floorTo, type TimeMs } from '../../../model/time.ts';
import type { Reading } from '../../../model/reading.ts';
import { NO_RESOURCES, resourcesOf, type Resources } from '../../../model/resources.ts';
import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import type { ContainerAdvice } from '../advice/adviceForm.ts';
import { adviseContainer, type AdviceContext } from '../advice/containerAdvice.ts';
import { savingOf } from '../advice/saving.ts';

/** UTC days that an advice looks back on, and that a change is followed for. */
export const ADVICE_DAYS = 14;

/** A change of requests that was advised. */
export interface AppliedAdvice {
  /** What would have been advised on the day before the change. */
  readonly advice: ContainerAdvice;
  readonly before: Resources;
  readonly after: Resources;
  /** Units of currency a month, of what was followed; null where no price is known. */
  readonly promised: Reading;
}

/** A change that goes at least half of the way is one that the advice led to … */
const LEAST_OF_THE_WAY = 0.5;
/** … unless it goes beyond the advice by more than this share of it. */
const MOST_BEYOND = 0.25;

/**
 * Whether a change of requests is an advice that was applied: the advice of the day before it is made again from
 * the days before it, and the requests of the day after are set against it.
 *
 * @param at when the requests changed.
 * @param since when they changed last before that: what was seen of older requests is not the same container.
 * @returns null where the change was not advised, or nothing is known of one side.
 */
export function appliedAdvice(
  history: ContainerHistory,
  { at, since }: { readonly at: TimeMs; readonly since: TimeMs },
  context: AdviceContext,
): AppliedAdvice | null {
  const day = floorTo(at, DAY_MS);
  const from = Math.max(day - ADVICE_DAYS * DAY_MS, floorTo(since, DAY_MS));
  const days = history.days.filter((one) => one.day >= from && one.day < day);
  const before = days.at(-1);
  const after = history.days.find((one) => one.day >= day);
  if (before === undefined || after === undefined) return null;
  // Today's autoscalers and bounds stand for those of that day; marks of abuse are of today alone.
  const then = { ...context, today: day - DAY_MS, abuse: new Map() };
  const advice = adviseContainer({ ...history, days }, then);
  if (advice === null) return null;
  const { proposed } = advice;
  const isCpu = isFollowed(before.cpuRequestCores, proposed.cpuRequestCores, after.cpuRequestCores);
  const isRam = isFollowed(before.ramRequestBytes, proposed.ramRequestBytes, after.ramRequestBytes);
  if (!isCpu && !isRam) return null;
  const followed: Resources = {
    ...NO_RESOURCES,
    ...(isCpu && { cpuRequestCores: proposed.cpuRequestCores }),
    ...(isRam && { ramRequestBytes: proposed.ramRequestBytes }),
  };
  const replicas = { replicas: advice.replicas, kept: advice.replicas };
  return {
    advice,
    before: resourcesOf(before),
    after: resourcesOf(after),
    promised: savingOf(advice.current, followed, replicas, context.priceOf(history)),
  };
}

/** Whether a value moved to what was advised: half of the way or more, and not far beyond. */
function isFollowed(before: Reading, advised: Reading, after: Reading): boolean {
  if (advised === null || after === null) return false;
  const start = before ?? 0;
  if (Math.abs(advised - start) < 1e-9 || Math.abs(after - start) < 1e-9) return false;
  const way = (after - start) / (advised - start);
  const beyond = Math.sign(advised - start) * (after - advised);
  return way >= LEAST_OF_THE_WAY && beyond <= MOST_BEYOND * advised;
}
