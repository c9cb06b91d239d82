import { allocate } from '../cost/allocate.ts';
import { addUnits, UNIT_COSTS } from '../cost/unitCosts/unitDays.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import type { DetectContext } from '../detect/detector.ts';
import { advanceFindings } from '../detect/findings/lifecycle.ts';
import { openFindings } from '../detect/findings/openFindings.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { FindingEvent, OperatorAction, Scope, Verdict } from '../model/finding.ts';
import { detectorVerdicts, type DetectorFailure } from '../detect/quality/failedDetectors.ts';
import { configuredEvents, mergeEvents, PLANNED } from '../detect/planned/plannedEvents.ts';
import { plannedIn } from '../model/plannedEvent.ts';
import { podOwners, scopeOwner, type PodOwners } from '../detect/owners/podOwners.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { workloadKey } from '../model/workload.ts';
import type { WorkloadEvent } from '../model/workloadEvent.ts';
import { ACCESS_TRACES, traceAccess } from '../detect/posture/access/traceAccess.ts';
import type { PostureInput } from '../detect/posture/postureInput.ts';
import { postureOfSnapshot } from '../detect/posture/readInput.ts';
import { KEPT_CLUSTER, keepCluster } from '../detect/keptCluster.ts';
import { CALL_MEMORY, rememberCalls } from '../detect/signals/callMemory.ts';
import { rememberSignals, SIGNAL_MEMORY } from '../detect/signals/signalMemory.ts';
import { TIMELINE } from '../detect/timeline/timelineState.ts';
import { traceWorkloads } from '../detect/timeline/traceWorkloads.ts';
import { routedLabels, scopeLabels } from '../detect/owners/scopeLabels.ts';
import { acceptedSources } from './acceptedSources.ts';
import { scopeCosts } from './scopeCosts.ts';
import type { Settings } from './settings.ts';
import type { CycleState, StateChange } from '../store/cycleState.ts';
import { StateOverlays } from './stateOverlay.ts';

/** What one window came to. The usage is the snapshot itself. */
export interface WindowResult {
  readonly costs: WindowCosts;
  readonly change: StateChange;
  readonly events: readonly FindingEvent[];
  /** What changed about workloads, and about who may do what. */
  readonly workloadEvents: readonly WorkloadEvent[];
  /** By pod UID. */
  readonly owners: PodOwners;
  /** Detectors that threw: a finding says so, and the log is to have the error. */
  readonly failures: readonly DetectorFailure[];
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
  const states = new StateOverlays(state.detectors);
  const planned = states.of(PLANNED);
  mergeEvents(planned, actions, window.end);
  const announced = Array.from(planned.entries(), ([, event]) => event);
  const events = [...configuredEvents(config.events), ...announced];
  const memory = states.of(SIGNAL_MEMORY);
  const signals = rememberSignals(snapshot, memory, settings.thresholds.signals);
  const calls = rememberCalls(signals.calls, window.end, states.of(CALL_MEMORY));
  let judged: PostureInput | null = null;
  const posture = () => (judged ??= { ...postureOfSnapshot(snapshot, null), calls });
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
    posture,
    verdictsSoFar: () => verdicts,
  };
  const failures: DetectorFailure[] = [];
  for (const detector of settings.detectors) {
    try {
      verdicts.push(...detector.detect(context, states.of(detector)));
    } catch (error) {
      // One that fails holds up no other: its state is that of the last window, its findings stay as they are.
      states.drop(detector);
      failures.push({ detector: detector.name, error });
    }
  }
  const names = settings.detectors.map(({ name }) => name);
  verdicts.push(...detectorVerdicts(context, names, failures));

  addUnits(states.of(UNIT_COSTS), snapshot, costs, config.unitCosts);
  const workloadEvents = [
    ...traceWorkloads({ snapshot, owners }, states.of(TIMELINE)),
    ...traceAccess(snapshot, posture, states.of(ACCESS_TRACES)),
  ];
  keepCluster(snapshot, posture, keys, states.of(KEPT_CLUSTER));

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
      detectors: states.changes(),
      findings: changed,
    },
    events: findingEvents,
    workloadEvents,
    owners,
    failures,
  };
}
