import { nodeNano, sumNano } from '../model/costParts.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { CollectError } from '../collect/collector.ts';
import type { WindowRecord } from '../store/history.ts';
import type { WindowCosts } from '../model/cost.ts';
import type { Finding, FindingEvent } from '../model/finding.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { allocate } from '../cost/allocate.ts';
import { priceNodes } from '../cost/priceNodes.ts';
import { pricingProblems } from '../cost/pricingProblems.ts';
import { HOUR_MS, type TimeMs, type Window } from '../model/time.ts';
import { correctWindows } from './correctWindows.ts';
import { fromFirstSeen, noNewerData, nothingSeen } from './missingData.ts';
import { closeOutage, openOutage } from './outage.ts';
import { observeAhead, type ObservedBatch } from './observe.ts';
import { containersIn, gridSpan } from './plan.ts';
import { runWindow } from './runWindow.ts';
import type { CyclePorts, Settings } from './settings.ts';
import type { DetectorFailure } from '../detect/quality/failedDetectors.ts';
import { signalsFor, withSignals } from './takeSignals.ts';
import type { WorkingState } from '../store/cycleState.ts';

export interface CatchUpOptions {
  /** Where to begin when nothing is sealed yet; a window's start. */
  readonly from: TimeMs;
  /** Windows that end at or before this are complete and may be sealed. */
  readonly until: TimeMs;
  /** Muted windows' events are recorded as suppressed. */
  readonly muted: boolean;
  /** Observes and judges, but writes nothing. */
  readonly dryRun?: boolean;
  /** A history that cannot begin for want of data is a finding. A command says it itself, and leaves nothing behind. */
  readonly recordsNoData?: boolean;
  readonly signal: AbortSignal;
  onProgress?(progress: CycleProgress): void;
}

export interface CycleProgress {
  readonly sealed: number;
  readonly planned: number;
  readonly lastWindow: Window;
  readonly containers: number;
  readonly findings: number;
}

/** What a cycle came to. `error` is the outage that stopped it; what was sealed before stays sealed. */
export interface CycleReport {
  readonly sealed: number;
  readonly corrected: number;
  readonly lost: number;
  readonly watermark: TimeMs | null;
  readonly events: readonly FindingEvent[];
  readonly openFindings: readonly Finding[];
  readonly last: {
    readonly snapshot: Snapshot;
    readonly costs: WindowCosts;
    readonly costNano: number;
  } | null;
  readonly error: CollectError | null;
  /** What detectors threw, one for each window and detector. */
  readonly failures: readonly DetectorFailure[];
}

/**
 * The story of Burnwatch, from top to bottom: collect → price → detect → record. (Notify follows, on
 * its own, from the events that were recorded.) Runs every window between the watermark and `until`, in
 * order, in batches: each batch is observed with a constant number of queries (while the one before it is
 * judged) and sealed in one transaction, so a crash at any instant leaves a window either sealed or untouched.
 *
 * @param state is carried along. After a throw, or a dry run, it is ahead of the history: load it anew.
 * @throws whatever the history throws (a full disk, a lost lock). An outage of the source is no throw:
 *   it comes back as `error`, is a finding by itself, and the windows are caught up later.
 */
export async function catchUp(
  { collector, history }: CyclePorts,
  state: WorkingState,
  settings: Settings,
  options: CatchUpOptions,
): Promise<CycleReport> {
  const { config } = settings;
  const events: FindingEvent[] = [];
  const failures: DetectorFailure[] = [];
  let looked = 0;
  let sealed = 0;
  let lost = 0;
  let corrected = 0;
  let last: CycleReport['last'] = null;
  let error: CollectError | null = null;

  const { window: length } = config.schedule;
  const span = gridSpan(state.watermark ?? options.from, options.until, length);
  const planned = (span.end - span.start) / length;
  try {
    // Downtime may outlast what the source keeps: those windows are sealed as lost, and say so.
    const maxAgeMs = planned > 1 ? 0 : HOUR_MS;
    const oldest = planned > 0 ? await collector.oldestData(options.signal, maxAgeMs) : null;
    const source = { collector, settings, oldest, signal: options.signal };
    let beyond: ObservedBatch['beyond'] = [];
    let lastSeen: Snapshot | null = null;
    for await (const observed of observeAhead(source, span, state.expectedSamples)) {
      const snapshots =
        state.watermark === null ? fromFirstSeen(observed.snapshots) : observed.snapshots;
      const actions = await history.pendingActions();
      const signals = await signalsFor(snapshots, history);
      const records: WindowRecord[] = [];
      for (const [index, seen] of snapshots.entries()) {
        const snapshot = withSignals(seen, signals[index] ?? []);
        const applied = records.length === 0 ? actions : [];
        const result = runWindow(snapshot, state, settings, applied);
        const { muted } = options;
        const record = { ...result, snapshot, muted, applied, configHash: settings.configHash };
        failures.push(...record.failures);
        state.apply(record.change);
        records.push(record);
        events.push(...record.events);
        last = { snapshot, costs: record.costs, costNano: sumNano(record.costs.nodes, nodeNano) };
        // Yield so that the next batch's responses can be read.
        await turn();
        options.signal.throwIfAborted();
      }
      if (options.dryRun !== true && records.length > 0) await history.recordWindows(records);
      looked += observed.windows.length;
      sealed += records.length;
      beyond = observed.beyond;
      lastSeen = observed.snapshots.at(-1) ?? lastSeen;
      const unsealed = observed.windows.length - beyond.length - records.length;
      lost += Math.max(0, observed.lost - unsealed);
      reportProgress(options, looked, planned, records, state);
    }
    if (state.watermark === null && planned > 0)
      throw nothingSeen(span, oldest, lastSeen === null ? [] : problemsOf(lastSeen, settings));
    // The part of a window that is not there yet is no outage.
    if (beyond.some(({ newestSample }) => newestSample === null))
      throw noNewerData(beyond, state.watermark);
    if (options.dryRun !== true) {
      events.push(...(await closeOutage(history, state, settings)));
      corrected = await correctWindows({ collector, history }, state, settings, options);
    }
  } catch (caught) {
    if (!(caught instanceof CollectError) || caught.code === 'aborted') throw caught;
    error = caught;
    const missing = state.watermark ?? options.from;
    const isSaidElsewhere = error.code === 'no-data' && options.recordsNoData !== true;
    if (options.dryRun !== true && !isSaidElsewhere)
      events.push(...(await openOutage(history, state, settings, error, missing)));
  }
  const { watermark, openFindings } = state;
  return { sealed, corrected, lost, watermark, events, openFindings, last, error, failures };
}

/** What a window lacks, with what it may cost. */
function problemsOf(snapshot: Snapshot, { config, priceLists }: Settings): readonly DataProblem[] {
  const prices = priceNodes(snapshot, config.pricing, priceLists);
  const costs = allocate(snapshot, prices, config.pricing);
  return [...snapshot.problems, ...pricingProblems(snapshot, costs)];
}

function reportProgress(
  options: CatchUpOptions,
  looked: number,
  planned: number,
  records: readonly WindowRecord[],
  state: WorkingState,
): void {
  const snapshot = records.at(-1)?.snapshot;
  if (snapshot === undefined || options.onProgress === undefined) return;
  options.onProgress({
    sealed: looked,
    planned,
    lastWindow: snapshot.window,
    containers: containersIn(snapshot),
    findings: state.openFindings.length,
  });
}
