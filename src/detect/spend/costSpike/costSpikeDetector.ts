import {
  DAY_MS,
  floorTo,
  formatTime,
  HOUR_MS,
  HOURS_PER_MONTH,
  WEEK_MS,
  type TimeMs,
} from '../../../model/time.ts';
import { toNano, type Nano } from '../../../model/money.ts';
import type { Evidence, NextStep, Verdict } from '../../../model/finding.ts';
import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, scopeOn, firing, readStep } from '../../verdict.ts';
import type { DetectorState } from '../../../store/stateCodec.ts';
import { spendByNamespace, spendByWorkload } from '../spend.ts';
import { advanceSpike } from './advanceSpike.ts';
import { normalHour, type NormalHour } from './normalHour.ts';
import {
  addSpend,
  costOf,
  emptyNow,
  spikeCodec,
  type NowRow,
  type PastHours,
  type SpikeState,
  type Spike,
} from './spikeState.ts';
import { spikeCause, learnUsual, type SpikeCause } from './workloadCosts.ts';
import { costSpikeSchema, type CostSpikeThresholds } from './thresholds.ts';
import { formatAmount, formatMoney, formatNumber } from '../../../model/text/units.ts';

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
    const isOld = now - row.firstSeen > WEEK_MS;
    const costsNothing = row.hours.slice(-168).every((cost) => cost === 0 || Number.isNaN(cost));
    if (!isOld || !costsNothing) continue;
    rows.delete(key);
    rows.delete(key.replace(/#past$/, '#now'));
  }
}

const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** A spike as the hour that has ended shows it. */
interface SpikeNow {
  readonly spike: Spike;
  readonly cost: number;
  readonly normal: NormalHour;
  readonly cause: SpikeCause | null;
}

/** Says how far above its normal a namespace is, since when, and what that has cost. */
function spikeVerdict(
  namespace: string,
  { spike, cost, normal, cause }: SpikeNow,
  windowNano: Nano,
  { config, thresholds, snapshot }: DetectContext<CostSpikeThresholds>,
): Verdict {
  const { currency } = config.pricing;
  const times = normal.cost > 0 ? `${formatNumber(cost / normal.cost)} times` : 'far above';
  const perMonth = (spike.excess / spike.costs.length) * HOURS_PER_MONTH;
  const rules = thresholds.costSpike;
  const evidence: Evidence[] = [
    {
      signal: 'cost-per-hour',
      family: 'money',
      value: cost,
      threshold: normal.cost * rules.factor,
      unit: `${currency}/h`,
      weight: 50,
      text: `The last hour cost ${formatAmount(cost)} ${currency}; usual is ${formatAmount(normal.cost)} (median of ${normal.from})`,
    },
    {
      signal: 'excess-since-onset',
      family: 'money',
      value: spike.excess,
      threshold: rules.minExcess,
      unit: currency,
      weight: 20,
      text: `Since ${formatTime(spike.onset)} it cost ${formatMoney(spike.excess, currency)} more than usual`,
    },
    ...(cause === null ? [] : [causeEvidence(cause, currency)]),
  ];
  return firing({
    kind: 'cost-spike',
    rule: 'above-normal',
    scope: scopeOn({ namespace }),
    severity: 'warning',
    score: 70,
    startedAt: spike.onset,
    summary: `Namespace ${namespace} costs ${times} its usual since ${formatTime(spike.onset)}: ${formatMoney(spike.excess, currency)} extra so far${cause === null ? '' : `, most of it by ${cause.workload}`}`,
    evidence,
    next: [costsByWorkload(spike.onset, snapshot.window.end)],
    // This window's own cost is added by whoever carries the finding on.
    costBeforeNano: toNano(spike.costs.reduce((sum, each) => sum + each, 0)) - windowNano,
    costPerMonth: perMonth,
  });
}

function causeEvidence({ workload, cost, usual }: SpikeCause, currency: string): Evidence {
  return {
    signal: 'top-workload',
    family: 'money',
    value: cost,
    threshold: usual,
    unit: `${currency}/h`,
    weight: 0,
    text: `Most of the rise is ${workload}: ${formatAmount(cost)} ${currency} in the last hour; usual is ${formatAmount(usual)}`,
  };
}

/** Says what a namespace costs that is younger than the history. */
function newNamespaceVerdict(
  namespace: string,
  firstSeen: TimeMs,
  perDay: number,
  { config, thresholds, snapshot }: DetectContext<CostSpikeThresholds>,
): Verdict {
  const { currency } = config.pricing;
  return firing({
    kind: 'cost-spike',
    rule: 'new-namespace',
    scope: scopeOn({ namespace }),
    severity: 'info',
    score: 40,
    startedAt: firstSeen,
    summary: `Namespace ${namespace} is new since ${formatTime(firstSeen)} and costs ${formatMoney(perDay, currency)} a day`,
    evidence: [
      {
        signal: 'cost-per-day',
        family: 'money',
        value: perDay,
        threshold: thresholds.costSpike.newPerDay,
        unit: `${currency}/day`,
        weight: 40,
        text: `No history to compare with; costs ${formatMoney(perDay, currency)} a day`,
      },
    ],
    next: [costsByWorkload(firstSeen, snapshot.window.end)],
    costPerMonth: perDay * DAYS_PER_MONTH,
  });
}

function costsByWorkload(from: TimeMs, to: TimeMs): NextStep {
  return readStep(
    `burnwatch costs --from ${formatTime(from)} --to ${formatTime(to)} --by workload`,
    'Shows the cost of each workload',
  );
}
