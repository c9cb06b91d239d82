import { allocate } from '../cost/allocate.ts';
import { addUnits, UNIT_COSTS, type UnitDay } from '../cost/unitCosts/unitDays.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import type { DetectContext } from '../detect/detector.ts';
import type { DetectorState } from '../store/stateCodec.ts';
import { advanceFindings } from '../detect/findings/lifecycle.ts';
import { openFindings } from '../detect/findings/openFindings.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { FindingEvent, OperatorAction, Scope, Verdict } from '../model/finding.ts';
import { configuredEvents, mergeEvents, PLANNED } from '../detect/planned/plannedEvents.ts';
import { plannedIn, type PlannedEvent } from '../model/plannedEvent.ts';
import { podOwners, scopeOwner, type PodOwners } from '../detect/owners/podOwners.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { workloadKey } from '../model/workload.ts';
import type { WorkloadEvent } from '../model/workloadEvent.ts';
import { rememberSignals, SIGNAL_MEMORY } from '../detect/signals/signalMemory.ts';
import { TIMELINE, type Trace } from '../detect/timeline/timelineState.ts';
import { traceWorkloads } from '../detect/timeline/traceWorkloads.ts';
import { routedLabels, scopeLabels } from '../detect/owners/scopeLabels.ts';
import { acceptedSources } from './acceptedSources.ts';
import { scopeCosts } from './scopeCosts.ts';
import type { Settings } from './settings.ts';
import type { CycleState, StateChange } from '../store/cycleState.ts';
import { StateOverlay } from './stateOverlay.ts';

/** What one window came to. The usage is the snapshot itself. */
export interface WindowResult {
  readonly costs: WindowCosts;
  readonly change: StateChange;
  readonly events: readonly FindingEvent[];
  /** What changed about workloads. */
  readonly workloadEvents: readonly WorkloadEvent[];
  /** By pod UID. */
  readonly owners: PodOwners;
}

/**
 * The heart of Burnwatch: prices one observed window, lets every detector look at it, advances the
 * findings, and lists what changed about workloads. Pure: no clock, no server, no file; `state` is left as it
 * was. Live running, catch-up, backfill and the evaluation all go through here, so they cannot disagree.
 *
 * @param actions operators' decisions that were made since the last window.
 */
export function runWindow(
  snapshot: Snapshot,
  state: CycleState,
  settings: Settings,
  actions: readonly OperatorAction[] = [],
): WindowResult {
  const { config } = settings;
  const { cluster, window } = snapshot;

  const prices = priceNodes(snapshot, config.pricing, settings.priceLists);
  const costs = allocate(snapshot, prices, config.pricing);

  const { keys } = config.owners;
  const owners = podOwners(snapshot, keys);
  const ownerOf = (scope: Scope) => scopeOwner(scope, snapshot, keys);
  const historyStart = state.historyStart ?? window.end;
  const planned = new StateOverlay(state.detectors.get(PLANNED.name) ?? new Map());
  mergeEvents(planned as DetectorState<PlannedEvent>, actions, window.end);
  const announced = Array.from(planned.entries(), ([, event]) => event as PlannedEvent);
  const events = [...configuredEvents(config.events), ...announced];
  const detectors = new Map<string, ReadonlyMap<string, unknown>>();
  const memory = new StateOverlay(state.detectors.get(SIGNAL_MEMORY.name) ?? new Map());
  const signals = rememberSignals(
    snapshot,
    memory as Parameters<typeof rememberSignals>[1],
    settings.thresholds.signals,
  );
  if (memory.changes.size > 0) detectors.set(SIGNAL_MEMORY.name, memory.changes);
  const verdicts: Verdict[] = [];
  const context: DetectContext = {
    snapshot,
    costs,
    config,
    thresholds: settings.thresholds,
    historyStart,
    ownerOf,
    podOwners: () => owners,
    planned: (scope) => plannedIn(events, scope, window),
    isOpen: openFindings(state.findings.values()),
    signals,
    verdictsSoFar: () => verdicts,
  };
  for (const detector of settings.detectors) {
    const overlay = new StateOverlay(state.detectors.get(detector.name) ?? new Map());
    for (const verdict of detector.detect(context, overlay)) verdicts.push(verdict);
    if (overlay.changes.size > 0) detectors.set(detector.name, overlay.changes);
  }

  if (planned.changes.size > 0) detectors.set(PLANNED.name, planned.changes);
  const unitDays = new StateOverlay(state.detectors.get(UNIT_COSTS.name) ?? new Map());
  addUnits(unitDays as DetectorState<UnitDay>, snapshot, costs, config.unitCosts);
  if (unitDays.changes.size > 0) detectors.set(UNIT_COSTS.name, unitDays.changes);
  const trace = new StateOverlay(state.detectors.get(TIMELINE.name) ?? new Map());
  const workloadEvents = traceWorkloads({ snapshot, owners }, trace as DetectorState<Trace>);
  if (trace.changes.size > 0) detectors.set(TIMELINE.name, trace.changes);

  const present = new Set(
    snapshot.pods.map(({ namespace, workload }) => workloadKey(namespace, workload)),
  );
  const labelNames = routedLabels(config);
  const { changed, events: findingEvents } = advanceFindings({
    cluster,
    window,
    findings: state.findings,
    verdicts,
    actions,
    absenceProves: snapshot.complete,
    isPresent: ({ scope: { namespace, workload } }) =>
      workload !== null && present.has(workloadKey(namespace ?? '', workload)),
    costOf: scopeCosts(snapshot, costs),
    ownerOf: ({ scope }) => ownerOf(scope),
    labelsOf: ({ scope }) => scopeLabels(scope, snapshot, labelNames),
  });
  return {
    costs,
    change: {
      historyStart,
      watermark: window.end,
      expectedSamples: { ...snapshot.expectedSamples, ...acceptedSources(state, actions) },
      detectors,
      findings: changed,
    },
    events: findingEvents,
    workloadEvents,
    owners,
  };
}
