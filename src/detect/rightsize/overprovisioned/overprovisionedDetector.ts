import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, scopeOn } from '../../verdict.ts';
import type { DetectorState } from '../../../store/stateCodec.ts';
import type { Verdict } from '../../../model/finding.ts';
import { DAY_MS, floorTo, HOUR_MS } from '../../../model/time.ts';
import { containerKey } from '../../../model/workload.ts';
import { autoscalingOf } from '../advice/autoscaling.ts';
import { boundsOf, fitBounds } from '../advice/bounds.ts';
import { dataBehind, isSure } from '../advice/confidence.ts';
import { proposeResources } from '../advice/proposal.ts';
import { runsToAnEnd } from '../../../store/containerDays/hourOfUse.ts';
import { groupContainers, type ContainerGroup } from './containerGroups.ts';
import { knownDays, learnWindow, pastRow } from './learn.ts';
import { decodeState, encodeState, type RightsizeState } from './state.ts';
import { overprovisionedVerdict } from './verdict.ts';
import { measureWaste, type Waste } from './waste.ts';
import { overprovisionedSchema, type OverprovisionedThresholds } from './thresholds.ts';

const KIND = 'overprovisioned';
const RULE = 'request-exceeds-use';

/** What has not been seen for this long is forgotten. */
const FORGET_MS = 14 * DAY_MS;

/**
 * Overprovisioned containers: the request exceeds what `burnwatch recommend` would propose by half, the waste over
 * all replicas passes the floors, three days running. Looked at once an hour; unknown use is never waste.
 */
export const overprovisionedDetector: Detector<RightsizeState, OverprovisionedThresholds> = {
  name: KIND,
  version: 2,
  codec: { encode: encodeState, decode: decodeState },
  thresholds: { overprovisioned: overprovisionedSchema },
  detect(context, state) {
    const verdicts: Verdict[] = [];
    const { window } = context.snapshot;
    for (const group of groupContainers(context)) {
      const key = keyOf(group);
      learnWindow(state, key, group.uses, window);
      if (window.end % HOUR_MS !== 0) continue;
      const verdict = hourVerdict(group, context, state);
      if (verdict !== null) verdicts.push(verdict);
    }
    if (window.end % DAY_MS === 0) forget(state, window.end - FORGET_MS);
    return verdicts;
  },
};

function hourVerdict(
  group: ContainerGroup,
  context: DetectContext<OverprovisionedThresholds>,
  state: DetectorState<RightsizeState>,
): Verdict | null {
  const rule = context.thresholds.overprovisioned;
  const { namespace, workload, container, current } = group;
  const key = keyOf(group);
  const days = knownDays(state, key);
  const behind = dataBehind(days, rule.minDays, runsToAnEnd(workload.kind));
  if (!isSure(behind)) return null;
  const { end, start } = context.snapshot.window;
  const objects = context.snapshot.objects ?? null;
  const autoscaling = autoscalingOf(objects, namespace, workload, container);
  const wanted = proposeResources(days, floorTo(start, DAY_MS), current, autoscaling, rule);
  const { proposed } = fitBounds(wanted.proposed, boundsOf(objects, namespace));

  const past = pastRow(state, key);
  const scope = scopeOn({ namespace, workload, container });
  const isOpen = context.isOpen(KIND, RULE, scope);
  const waste = measureWaste(group, proposed, isOpen ? rule.closeFactor : rule.openFactor);
  const isOver = waste.isOver && (isOpen || passesFloors(waste, rule));
  const overSince = isOver ? (past.overSince ?? end) : null;
  if (overSince !== past.overSince) state.set(`${key}#past`, { ...past, overSince });

  const isDue = overSince !== null && (isOpen || end - overSince >= rule.holdDays * DAY_MS);
  if (!isDue && !(isOpen && !isOver)) return null;
  const about = { kind: KIND, rule: RULE, scope, startedAt: overSince ?? end } as const;
  return isDue
    ? overprovisionedVerdict(about, group, { proposed, waste, days: behind.days }, context)
    : cleared(about, 'The request fits the use again');
}

function passesFloors(
  waste: Waste,
  rule: DetectContext<OverprovisionedThresholds>['thresholds']['overprovisioned'],
): boolean {
  const enough = waste.cores >= rule.minWasteCores || waste.bytes >= rule.minWasteBytes;
  return enough && waste.costPerMonth >= rule.minSavingPerMonth;
}

function forget(state: DetectorState<RightsizeState>, before: number): void {
  const rows = Array.from(state.entries());
  for (const [key, row] of rows) {
    const seen =
      row.row === 'hour' ? row.hour : (row.row === 'day' ? row.day : row.days.at(-1))?.day;
    if (seen !== undefined && seen < before) state.delete(key);
  }
}

function keyOf(group: ContainerGroup): string {
  return containerKey(group.namespace, group.workload, group.container);
}
