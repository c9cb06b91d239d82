import { DAY_MS, floorTo, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import type { Nano } from '../../../model/money.ts';
import type { Verdict } from '../../../model/finding.ts';
import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, scopeOn } from '../../verdict.ts';
import type { DetectorState } from '../../../store/stateCodec.ts';
import { spendByNamespace, spendByWorkload } from '../spend.ts';
import { advanceSpike } from './advanceSpike.ts';
import { normalHour } from './normalHour.ts';
import {
  addSpend,
  costOf,
  emptyNow,
  spikeCodec,
  type NowRow,
  type PastHours,
  type SpikeState,
} from './spikeState.ts';
import { newNamespaceVerdict, spikeVerdict } from './spikeVerdicts.ts';
import { spikeCause, learnUsual } from './workloadCosts.ts';
import { costSpikeSchema, type CostSpikeThresholds } from './thresholds.ts';

/** A namespace counts as new for its first days. */
const NEW_DAYS = 3;

/**
 * What a namespace costs, hour by hour, against its own seasonal normal, with floors in money. A namespace
 * without enough history has no normal; if it is younger than the history itself, it is reported as new
 * once it costs more than a floor a day.
 */
export const costSpikeDetector: Detector<SpikeState, CostSpikeThresholds> = {
  name: 'cost-spike',
  version: 1,
  codec: spikeCodec,
  thresholds: { costSpike: costSpikeSchema },
  detect(context, rows) {
    const { snapshot, costs } = context;
    const spend = new Map(spendByNamespace(costs));
    const byWorkload = spendByWorkload(costs);
    // A namespace that costs nothing now is calm, not unknown.
    for (const [key] of rows.entries()) {
      const namespace = key.slice(0, key.indexOf('#'));
      if (!spend.has(namespace)) spend.set(namespace, 0);
    }
    const verdicts: Verdict[] = [];
    for (const [namespace, nano] of [...spend].sort(([left], [right]) => (left < right ? -1 : 1))) {
      const workloads = byWorkload.get(namespace) ?? new Map<string, Nano>();
      verdicts.push(...take(namespace, { nano, workloads }, context, rows));
    }
    // Evictions only when the data can be trusted to be whole.
    if (snapshot.complete && snapshot.window.end % DAY_MS === 0) evict(rows, snapshot.window.end);
    return verdicts;
  },
};

function take(
  namespace: string,
  { nano, workloads }: { readonly nano: Nano; readonly workloads: ReadonlyMap<string, Nano> },
  context: DetectContext<CostSpikeThresholds>,
  rows: DetectorState<SpikeState>,
): readonly Verdict[] {
  const { window, complete } = context.snapshot;
  const known = rows.get(`${namespace}#now`);
  const before = known?.row === 'now' ? known : emptyNow(window.start);
  const planned = context.planned({ namespace, workload: null }) !== null;
  const now = addSpend(before, window, nano, { complete, planned, workloads });
  rows.set(`${namespace}#now`, now);
  if (window.end % HOUR_MS !== 0) return [];
  return hourVerdicts(namespace, now, nano, context, rows);
}

function hourVerdicts(
  namespace: string,
  now: NowRow,
  windowNano: Nano,
  context: DetectContext<CostSpikeThresholds>,
  rows: DetectorState<SpikeState>,
): readonly Verdict[] {
  const rules = context.thresholds.costSpike;
  const { timezone } = context.config.schedule;
  const past = pastOf(rows, namespace, now.hour);
  const known = past.hours.reduce((count, cost) => (Number.isNaN(cost) ? count : count + 1), 0);
  const normal = known >= rules.minHours ? normalHour(past, now.hour, timezone) : null;
  const cost = costOf(now);
  const step = advanceSpike(past, now.hour, cost, normal, rules);
  const hour = now.workloads ?? {};
  const isOrdinary = cost !== null && step.past.spike === null;
  const usual = isOrdinary ? learnUsual(past.usual, hour) : past.usual;
  rows.set(`${namespace}#past`, { ...step.past, ...(usual === undefined ? {} : { usual }) });
  const spike = step.past.spike;
  if (step.said === 'firing' && spike !== null && normal !== null) {
    const cause = spikeCause(hour, past.usual);
    return [
      spikeVerdict(namespace, { spike, cost: cost ?? 0, normal, cause }, windowNano, context),
    ];
  }
  if (step.said === 'clear' || step.said === 'adopted') {
    const summary =
      step.said === 'clear'
        ? 'Costs are back to normal'
        : `Costs stayed at this level for ${rules.adoptAfterDays} days: new normal`;
    return [closed(namespace, 'above-normal', summary, now.hour)];
  }
  return newNamespace(namespace, step.past, context);
}

/** New since the history began, and dear: looked at once a day, in its first days. */
function newNamespace(
  namespace: string,
  past: PastHours,
  context: DetectContext<CostSpikeThresholds>,
): readonly Verdict[] {
  const { window } = context.snapshot;
  const { newPerDay } = context.thresholds.costSpike;
  const isOpen = context.isOpen('cost-spike', 'new-namespace', scopeOn({ namespace }));
  const age = window.end - past.firstSeen;
  if (age >= NEW_DAYS * DAY_MS) {
    const summary = 'No longer new: it has its own normal now';
    return isOpen ? [closed(namespace, 'new-namespace', summary, past.firstSeen)] : [];
  }
  // What was there in the first days of the history itself may be as old as the cluster.
  if (past.firstSeen < context.historyStart + DAY_MS || age < 3 * HOUR_MS) return [];
  const costs = [...past.hours].filter((cost) => !Number.isNaN(cost)).slice(-24);
  if (costs.length < 3) return [];
  const perDay = (costs.reduce((sum, cost) => sum + cost, 0) / costs.length) * 24;
  if (perDay < newPerDay && !isOpen) return [];
  return [newNamespaceVerdict(namespace, past.firstSeen, perDay, context)];
}

function pastOf(rows: DetectorState<SpikeState>, namespace: string, hour: TimeMs): PastHours {
  const row = rows.get(`${namespace}#past`);
  if (row?.row === 'past') return row;
  const start = floorTo(hour, HOUR_MS);
  return { row: 'past', start, hours: new Float32Array(), firstSeen: start, spike: null };
}

function closed(namespace: string, rule: string, summary: string, since: TimeMs): Verdict {
  const scope = scopeOn({ namespace });
  return cleared({ kind: 'cost-spike', rule, scope, startedAt: since }, summary);
}

/** Namespaces that have cost nothing for all the hours kept are let go. */
function evict(rows: DetectorState<SpikeState>, now: TimeMs): void {
  const pasts = Array.from(rows.entries()).filter(([, row]) => row.row === 'past');
  for (const [key, row] of pasts) {
    if (row.row !== 'past' || row.spike !== null) continue;
    const isOld = now - row.firstSeen > 7 * DAY_MS;
    const costsNothing = row.hours.slice(-168).every((cost) => cost === 0 || Number.isNaN(cost));
    if (!isOld || !costsNothing) continue;
    rows.delete(key);
    rows.delete(key.replace(/#past$/, '#now'));
  }
}
