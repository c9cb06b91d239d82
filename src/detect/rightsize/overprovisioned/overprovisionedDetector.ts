import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, scopeOn, firing, readStep } from '../../verdict.ts';
import type { DetectorState } from '../../../store/stateCodec.ts';
import type { Evidence, NextStep, Scope, Verdict } from '../../../model/finding.ts';
import { DAY_MS, floorTo, HOUR_MS, type TimeMs, type Window } from '../../../model/time.ts';
import { containerKey } from '../../../model/workload.ts';
import { autoscalingOf } from '../advice/autoscaling.ts';
import { boundsOf, fitBounds } from '../advice/bounds.ts';
import { dataBehind, isSure } from '../advice/confidence.ts';
import { proposeResources } from '../advice/proposal.ts';
import { runsToAnEnd, HourOfUse, type PodWindow } from '../../../store/containerDays/hourOfUse.ts';
import { groupContainers, type ContainerGroup } from './containerGroups.ts';
import {
  decodeState,
  encodeState,
  packDay,
  unpackDay,
  type RightsizeState,
  type HourRow,
  type PastRow,
} from './state.ts';
import { measureWaste, type Waste } from './waste.ts';
import { overprovisionedSchema, type OverprovisionedThresholds } from './thresholds.ts';
import { isPatchable, setResources } from '../advice/patch.ts';
import type { Resources } from '../../../model/resources.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { memoryQuantity, cpuQuantity } from '../../../model/text/quantity.ts';
import { plural, formatMoney } from '../../../model/text/units.ts';
import {
  mergeContainerDays,
  type ContainerDay,
} from '../../../store/containerDays/containerDay.ts';
import { EMPTY_SKETCH } from '../../../store/containerDays/sketch.ts';

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

/** The sentence, the evidence and the next step of an overprovisioned container. */
function overprovisionedVerdict(
  about: Pick<Verdict, 'kind' | 'rule' | 'scope' | 'startedAt'>,
  group: ContainerGroup,
  found: { readonly proposed: Resources; readonly waste: Waste; readonly days: number },
  context: DetectContext,
): Verdict {
  const { proposed, waste, days } = found;
  const money = formatMoney(waste.costPerMonth, context.config.pricing.currency);
  return firing({
    ...about,
    severity: 'info',
    score: Math.min(100, Math.round(waste.costPerMonth)),
    summary: `Requests ${excess(waste)} more than it needs on ${plural(group.pods.length, 'pod')}: ${money} a month`,
    evidence: evidenceOf(group, proposed, days),
    next: nextSteps(group, about.scope, proposed),
    pods: [...group.pods].sort().slice(0, 20),
    costPerMonth: waste.costPerMonth,
  });
}

function excess({ cores, bytes }: Waste): string {
  const parts = [
    ...(cores > 0 ? [`${cpuQuantity(cores)} CPU`] : []),
    ...(bytes > 0 ? [`${memoryQuantity(bytes)} memory`] : []),
  ];
  return parts.length === 0 ? 'no' : parts.join(' and ');
}

function evidenceOf(
  { current }: ContainerGroup,
  proposed: Resources,
  days: number,
): readonly Evidence[] {
  const { cpuRequestCores, ramRequestBytes } = current;
  const covered = `would have covered ${plural(Math.round(days), 'day')}`;
  const evidence: Evidence[] = [];
  // Nothing requested is no request that could be too large.
  if (cpuRequestCores !== null && cpuRequestCores > 0 && proposed.cpuRequestCores !== null)
    evidence.push({
      signal: 'cpu-request',
      family: 'level',
      value: cpuRequestCores,
      threshold: proposed.cpuRequestCores,
      unit: 'cores',
      weight: 50,
      text: `Requests ${cpuQuantity(cpuRequestCores)} of CPU; ${cpuQuantity(proposed.cpuRequestCores)} ${covered}`,
    });
  if (ramRequestBytes !== null && ramRequestBytes > 0 && proposed.ramRequestBytes !== null)
    evidence.push({
      signal: 'memory-request',
      family: 'level',
      value: ramRequestBytes,
      threshold: proposed.ramRequestBytes,
      unit: 'bytes',
      weight: 50,
      text: `Requests ${memoryQuantity(ramRequestBytes)} of memory; ${memoryQuantity(proposed.ramRequestBytes)} ${covered}`,
    });
  return evidence;
}

/** The whole advice first: it knows what Helm, Argo CD or Flux would write again. */
function nextSteps(
  { namespace, workload }: ContainerGroup,
  scope: Scope,
  proposed: Resources,
): readonly NextStep[] {
  const advice = readStep(
    `burnwatch recommend --namespace ${shellQuote(namespace)} -o patch`,
    'Shows the change with its data, risk and saving; as values for Helm, Argo CD or Flux',
  );
  const { cpuRequestCores, ramRequestBytes } = proposed;
  const requests = [
    ...(cpuRequestCores === null ? [] : [`cpu=${cpuQuantity(cpuRequestCores)}`]),
    ...(ramRequestBytes === null ? [] : [`memory=${memoryQuantity(ramRequestBytes)}`]),
  ];
  if (requests.length === 0 || !isPatchable(workload.kind)) return [advice];
  const why = 'Sets the request to what was used plus a margin; restarts the pods';
  return [advice, setResources(scope, `--requests=${requests.join(',')}`, why)];
}

/** UTC days that a recommendation looks back on, the current one included. */
const DAYS_KEPT = 14;

type State = DetectorState<RightsizeState>;

/**
 * Adds a window to its hour; at the hour's end the hour to its day, and a new day to the days before, exactly as
 * the history makes its sketches.
 */
function learnWindow(
  state: State,
  key: string,
  uses: ContainerGroup['uses'],
  window: Window,
): void {
  const hour = floorTo(window.start, HOUR_MS);
  const before = hourRow(state, key);
  if (before !== null && before.hour !== hour) foldHour(state, key, before);
  const pods = new Map<string, readonly PodWindow[]>(
    before !== null && before.hour === hour ? before.pods : [],
  );
  for (const use of uses) pods.set(use.uid, [...(pods.get(use.uid) ?? []), use.window]);
  if (pods.size === 0) return;
  const row: HourRow = { row: 'hour', hour, pods };
  if (window.end % HOUR_MS === 0) foldHour(state, key, row);
  else state.set(`${key}#hour`, row);
}

/** The last 14 days, as far as whole hours of them are known. */
export function knownDays(state: State, key: string): readonly ContainerDay[] {
  const today = state.get(`${key}#day`);
  const days = pastRow(state, key).days.map(unpackDay);
  return today?.row === 'day' ? [...days, today.day] : days;
}

function pastRow(state: State, key: string): PastRow {
  const row = state.get(`${key}#past`);
  return row?.row === 'past' ? row : { row: 'past', days: [], overSince: null };
}

function hourRow(state: State, key: string): HourRow | null {
  const row = state.get(`${key}#hour`);
  return row?.row === 'hour' ? row : null;
}

function foldHour(state: State, key: string, { hour, pods }: HourRow): void {
  const use = new HourOfUse();
  for (const [uid, windows] of pods) use.addPod(uid, windows);
  // Risk is for whoever asks; what it is replayed on would be the largest part of the state.
  const part: ContainerDay = { ...use.build(hour), ram: EMPTY_SKETCH };
  const row = state.get(`${key}#day`);
  const today = row?.row === 'day' ? row.day : null;
  if (today !== null && today.day !== part.day) keepDay(state, key, today, part.day);
  const day = today !== null && today.day === part.day ? mergeContainerDays(today, part) : part;
  state.set(`${key}#day`, { row: 'day', day });
  state.delete(`${key}#hour`);
}

function keepDay(state: State, key: string, day: ContainerDay, today: TimeMs): void {
  const past = pastRow(state, key);
  const oldest = today - (DAYS_KEPT - 1) * DAY_MS;
  const days = [...past.days, packDay(day)].filter((each) => each.day >= oldest);
  state.set(`${key}#past`, { ...past, days });
}
