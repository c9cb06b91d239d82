import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, scopeOn } from '../../verdict.ts';
import { jsonCodec, type DetectorState } from '../../../store/stateCodec.ts';
import type { Verdict } from '../../../model/finding.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { containerKey } from '../../../model/workload.ts';
import { pressureOf, type Pressure } from './pressure.ts';
import type { PressureState } from './state.ts';
import {
  oomVerdict,
  OOM_RULE,
  throttledVerdict,
  THROTTLED_RULE,
  USE_RULE,
  useVerdict,
} from './verdicts.ts';
import { underprovisionedSchema, type UnderprovisionedThresholds } from './thresholds.ts';

const KIND = 'underprovisioned';

const QUIET: PressureState = {
  oomKills: [],
  oomBytes: null,
  hour: 0,
  sum: 0,
  known: 0,
  hoursAbove: 0,
  hoursBelow: 0,
  throttledSince: null,
  lastShare: 0,
  overWindows: 0,
  overSince: null,
};

/** Use above the request on a full node must last this long. */
const OVER_MS = HOUR_MS;
const REASONS_KEPT = 50;

/**
 * Underprovisioned containers: killed for memory, throttled for hours, or living above their request on a
 * full node. Unknown is none of it, and closes nothing.
 */
export const underprovisionedDetector: Detector<PressureState, UnderprovisionedThresholds> = {
  name: KIND,
  version: 1,
  codec: jsonCodec(),
  thresholds: { underprovisioned: underprovisionedSchema },
  detect(context, state) {
    const verdicts: Verdict[] = [];
    for (const pressure of pressureOf(context)) {
      const key = containerKey(pressure.namespace, pressure.workload, pressure.container);
      const before = state.get(key) ?? QUIET;
      const after = advance(before, pressure, context);
      verdicts.push(...verdictsOf(after, pressure, context));
      keep(state, key, before, after);
    }
    if (context.snapshot.window.end % DAY_MS === 0) forget(state, context.snapshot.window.end);
    return verdicts;
  },
};

function keep(
  state: DetectorState<PressureState>,
  key: string,
  before: PressureState,
  after: PressureState,
): void {
  const isQuiet =
    after.oomKills.length === 0 &&
    after.sum === 0 &&
    after.hoursAbove === 0 &&
    after.throttledSince === null &&
    after.overSince === null;
  if (isQuiet) {
    if (before !== QUIET) state.delete(key);
  } else state.set(key, after);
}

/** Drops the rows of what has not been seen for two days. */
function forget(state: DetectorState<PressureState>, now: TimeMs): void {
  const rows = Array.from(state.entries());
  for (const [key, row] of rows) if (row.hour < now - 2 * DAY_MS) state.delete(key);
}

function advance(
  before: PressureState,
  pressure: Pressure,
  context: DetectContext<UnderprovisionedThresholds>,
): PressureState {
  const rule = context.thresholds.underprovisioned;
  const { start, end } = context.snapshot.window;
  const recent = before.oomKills.filter((at) => at > end - rule.oomHours * HOUR_MS);
  const kills = pressure.oomKills > 0 ? [...recent, end].slice(-REASONS_KEPT) : recent;
  const oomBytes =
    pressure.oomBytes === null
      ? before.oomBytes
      : Math.max(before.oomBytes ?? 0, pressure.oomBytes);
  const hour = Math.floor(start / HOUR_MS) * HOUR_MS;
  const isNewHour = hour !== before.hour;
  const share = pressure.throttledShare;
  const sum = (isNewHour ? 0 : before.sum) + (share ?? 0);
  const known = (isNewHour ? 0 : before.known) + (share === null ? 0 : 1);
  let { hoursAbove, hoursBelow, throttledSince, lastShare } = before;
  if (end % HOUR_MS === 0 && known > 0) {
    lastShare = sum / known;
    hoursAbove = lastShare >= rule.throttledOpen ? hoursAbove + 1 : 0;
    hoursBelow = lastShare < rule.throttledClose ? hoursBelow + 1 : 0;
    if (hoursAbove === 1) throttledSince ??= hour;
    if (hoursBelow >= rule.throttledHours) throttledSince = null;
  }
  const over = pressure.aboveRequestOnFullNode;
  const overSince = over === null ? before.overSince : over ? (before.overSince ?? start) : null;
  return {
    oomKills: kills,
    oomBytes: kills.length === 0 ? null : oomBytes,
    hour,
    sum,
    known,
    hoursAbove,
    hoursBelow,
    throttledSince,
    lastShare,
    overWindows: overSince === null ? 0 : before.overWindows + 1,
    overSince,
  };
}

function verdictsOf(
  state: PressureState,
  pressure: Pressure,
  context: DetectContext<UnderprovisionedThresholds>,
): readonly Verdict[] {
  const rule = context.thresholds.underprovisioned;
  const { end } = context.snapshot.window;
  const { namespace, workload, container } = pressure;
  const scope = scopeOn({ namespace, workload, container });
  const isOpen = (name: string): boolean => context.isOpen(KIND, name, scope);
  const over = (name: string, summary: string): Verdict =>
    cleared({ kind: KIND, rule: name, scope, startedAt: end }, summary);
  const verdicts: Verdict[] = [];
  if (state.oomKills.length >= rule.oomKills)
    verdicts.push(oomVerdict(scope, state, pressure, rule));
  else if (isOpen(OOM_RULE)) verdicts.push(over(OOM_RULE, 'No OOM kill for a day'));

  const throttled = isOpen(THROTTLED_RULE)
    ? state.throttledSince !== null
    : state.hoursAbove >= rule.throttledHours;
  if (throttled) verdicts.push(throttledVerdict(scope, state, pressure, rule, end));
  else if (isOpen(THROTTLED_RULE)) verdicts.push(over(THROTTLED_RULE, 'No longer throttled'));

  const { overSince } = state;
  if (overSince !== null && (isOpen(USE_RULE) || end - overSince >= OVER_MS))
    verdicts.push(useVerdict(scope, state, pressure, rule, end));
  else if (isOpen(USE_RULE) && pressure.aboveRequestOnFullNode === false)
    verdicts.push(over(USE_RULE, 'Use is within the request again, or the node has room'));
  return verdicts;
}
