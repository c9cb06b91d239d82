import type { DetectContext, Detector } from '../../detector.ts';
import { cleared } from '../../verdict.ts';
import { jsonCodec } from '../../../store/stateCodec.ts';
import type { Verdict } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { DAY_MS, HOUR_MS, HOURS_PER_MONTH, windowHours } from '../../../model/time.ts';
import { abandonedVerdict, RULES } from './verdict.ts';
import { unmountedVolumes, workloadActivity, type Activity, type IdleState } from './activity.ts';
import { cardActivity } from './cards.ts';
import { abandonedSchema, type AbandonedThresholds } from './thresholds.ts';

/** A pause in what is known that is longer than this proves nothing about the time in between. */
const LONGEST_GAP_MS = DAY_MS;
/** Weight of the newest window in the smoothed cost. */
const SMOOTHING = 0.02;

/**
 * Abandoned workloads: no CPU and no network to speak of for days, though they cost money; cards that a workload holds
 * and does not use; and volumes that nobody has mounted for as long. A workload whose network is unknown (host network, no metrics) is not
 * judged. Jobs end by themselves and DaemonSets belong to nodes: neither is looked at.
 */
export const abandonedDetector: Detector<IdleState, AbandonedThresholds> = {
  name: 'abandoned',
  version: 1,
  codec: jsonCodec(),
  thresholds: { abandoned: abandonedSchema },
  detect(context, state) {
    const verdicts: Verdict[] = [];
    const { start, end } = context.snapshot.window;
    const cards = cardActivity(context);
    const subjects = [...workloadActivity(context, cards), ...cards, ...unmountedVolumes(context)];
    for (const activity of subjects) {
      const before = state.get(activity.key);
      const { kind, rule } = RULES[activity.what];
      const isOpen = context.isOpen(kind, rule, activity.scope);
      if (activity.idle === null) continue;
      if (!activity.idle) {
        if (before !== undefined) state.delete(activity.key);
        const about = { kind, rule, scope: activity.scope, startedAt: before?.since ?? end };
        if (isOpen) verdicts.push(cleared(about, 'It is in use again'));
        continue;
      }
      const hourly = fromNano(activity.costNano) / windowHours(context.snapshot.window);
      const goesOn = before !== undefined && start - before.seen <= LONGEST_GAP_MS;
      const row = goesOn
        ? { since: before.since, seen: end, hourly: smooth(before.hourly, hourly) }
        : { since: start, seen: end, hourly };
      // One row an hour is enough: a state that changes every window is written every window.
      if (!goesOn || end % HOUR_MS === 0) state.set(activity.key, row);
      const verdict = dueVerdict(activity, row, isOpen, context);
      if (verdict !== null) verdicts.push(verdict);
    }
    if (end % DAY_MS === 0) {
      const rows = Array.from(state.entries());
      for (const [key, row] of rows) if (end - row.seen > LONGEST_GAP_MS) state.delete(key);
    }
    return verdicts;
  },
};

function dueVerdict(
  activity: Activity,
  row: IdleState,
  isOpen: boolean,
  context: DetectContext<AbandonedThresholds>,
): Verdict | null {
  const { end } = context.snapshot.window;
  const { minCostPerMonth } = context.thresholds.abandoned;
  const days = RULES[activity.what].days(context.thresholds.abandoned);
  if (end % HOUR_MS !== 0) return null;
  const monthly = row.hourly * HOURS_PER_MONTH;
  const isDue = end - row.since >= days * DAY_MS && monthly >= minCostPerMonth;
  if (!isDue && !isOpen) return null;
  return abandonedVerdict(activity, row, monthly, context);
}

function smooth(before: number, now: number): number {
  return before + SMOOTHING * (now - before);
}
