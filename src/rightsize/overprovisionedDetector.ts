import type { DetectContext, Detector, DetectorState } from '../detect/detector.ts';
import type { Scope, Verdict } from '../model/finding.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../model/time.ts';
import { containerKey } from '../model/workload.ts';
import { groupContainers, type ContainerGroup } from './containerGroups.ts';
import { measureWaste, type Waste } from './waste.ts';
import { overprovisionedVerdict, RULE } from './overprovisionedVerdict.ts';
import { recommend, type Recommendation } from './recommend.ts';
import { addWindow, emptyDay, type UsageDay } from './usageDays.ts';

/** UTC days that a recommendation looks back on, the current one included. */
const DAYS_KEPT = 14;

/** Two rows per container, so that the one written every window stays small. */
type RightsizeState =
  | { readonly row: 'today'; readonly today: UsageDay }
  | {
      readonly row: 'past';
      readonly days: readonly UsageDay[];
      /** Since when the request has been too large without a break; null while it is not. */
      readonly overSince: TimeMs | null;
    };

/**
 * Overprovisioned containers: the request exceeds the recommendation by half, the waste over all
 * replicas passes the floors, three days running. Looked at once an hour; unknown use is never waste.
 */
export const overprovisionedDetector: Detector<RightsizeState> = {
  name: 'overprovisioned',
  version: 1,
  codec: {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as RightsizeState,
  },
  detect(context, state) {
    const verdicts: Verdict[] = [];
    const onTheHour = context.snapshot.window.end % HOUR_MS === 0;
    for (const group of groupContainers(context)) {
      const days = learn(group, context.snapshot.window.start, state);
      if (!onTheHour || days === null) continue;
      const verdict = judge(group, days, context, state);
      if (verdict !== null) verdicts.push(verdict);
    }
    return verdicts;
  },
};

/** Adds the window to the current day and rolls the day over; all days, or null when nothing was known. */
function learn(
  group: ContainerGroup,
  time: TimeMs,
  state: DetectorState<RightsizeState>,
): readonly UsageDay[] | null {
  if (group.uses.length === 0) return null;
  const key = keyOf(group);
  const row = state.get(`${key}#today`);
  let today = row?.row === 'today' ? row.today : emptyDay(time);
  let past = pastOf(state, key);
  if (today.day !== floorTo(time, DAY_MS)) {
    const oldest = floorTo(time, DAY_MS) - (DAYS_KEPT - 1) * DAY_MS;
    const days = [...past.days, today].filter(({ day }) => day >= oldest);
    past = { ...past, days };
    state.set(`${key}#past`, past);
    today = emptyDay(time);
  }
  today = addWindow(today, group.uses);
  state.set(`${key}#today`, { row: 'today', today });
  return [...past.days, today];
}

function judge(
  group: ContainerGroup,
  days: readonly UsageDay[],
  context: DetectContext,
  state: DetectorState<RightsizeState>,
): Verdict | null {
  const rule = context.thresholds.overprovisioned;
  const now = context.snapshot.window.end;
  const windowMs = now - context.snapshot.window.start;
  const seenDays = (days.reduce((sum, { windows }) => sum + windows, 0) * windowMs) / DAY_MS;
  if (seenDays < rule.minDays) return null;
  const advice = recommend(days, floorTo(now - windowMs, DAY_MS), rule);
  if (advice === null) return null;

  const key = keyOf(group);
  const past = pastOf(state, key);
  const isOpen = context.isOpen('overprovisioned', RULE, scopeOf(group));
  const waste = measureWaste(group, advice, isOpen ? rule.closeFactor : rule.openFactor);
  const isOver = isOpen ? waste.isOver : waste.isOver && passesFloors(waste, rule);
  const overSince = isOver ? (past.overSince ?? now) : null;
  if (overSince !== past.overSince) state.set(`${key}#past`, { ...past, overSince });

  if (isOver && (isOpen || now - (overSince ?? now) >= rule.holdDays * DAY_MS))
    return firing(group, advice, waste, overSince ?? now, days.length, context);
  return isOpen && !isOver
    ? {
        ...firing(group, advice, waste, now, days.length, context),
        status: 'clear',
        summary: 'The request fits the use again',
      }
    : null;
}

function firing(
  group: ContainerGroup,
  advice: Recommendation,
  waste: Waste,
  since: TimeMs,
  days: number,
  context: DetectContext,
): Verdict {
  return overprovisionedVerdict(scopeOf(group), group, advice, waste, since, days, context);
}

function passesFloors(waste: Waste, rule: DetectContext['thresholds']['overprovisioned']): boolean {
  const enough = waste.cores >= rule.minWasteCores || waste.bytes >= rule.minWasteBytes;
  return enough && waste.costPerMonth >= rule.minSavingPerMonth;
}

function pastOf(
  state: DetectorState<RightsizeState>,
  key: string,
): Extract<RightsizeState, { row: 'past' }> {
  const row = state.get(`${key}#past`);
  return row?.row === 'past' ? row : { row: 'past', days: [], overSince: null };
}

function keyOf(group: ContainerGroup): string {
  return containerKey(group.namespace, group.workload, group.container);
}

function scopeOf({ namespace, workload, container }: ContainerGroup): Scope {
  return { namespace, workload, container, subject: null };
}
