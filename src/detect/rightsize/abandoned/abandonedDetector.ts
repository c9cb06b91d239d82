import type { DetectContext, Detector } from '../../detector.ts';
import { cleared, firing, readStep, scopeOn } from '../../verdict.ts';
import { jsonCodec } from '../../../store/stateCodec.ts';
import type { FindingKind, NextStep, Severity, Verdict } from '../../../model/finding.ts';
import { fromNano } from '../../../model/money.ts';
import { DAY_MS, HOUR_MS, HOURS_PER_MONTH, windowHours } from '../../../model/time.ts';
import { unmountedVolumes, workloadActivity, type Activity, type IdleState } from './activity.ts';
import { abandonedSchema, type AbandonedThresholds } from './thresholds.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import {
  formatBytesPerSecond,
  formatMoney,
  formatShare,
  plural,
} from '../../../model/text/units.ts';
import { cpuQuantity } from '../../../model/text/quantity.ts';
import type { Allocation } from '../../../model/cost.ts';
import { workloadKey } from '../../../model/workload.ts';

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

type Rule = AbandonedThresholds['abandoned'];

interface RuleOf {
  readonly kind: FindingKind;
  readonly rule: string;
  readonly severity: Severity;
  readonly signal: string;
  days(rule: Rule): number;
  /** What it has done for some days, as the beginning of a sentence. */
  readonly summary: string;
  text(rule: Rule): string;
}

/** What is said of each; a card costs so much that its owner is told at once. */
const RULES: Readonly<Record<Activity['what'], RuleOf>> = {
  workload: {
    kind: 'abandoned',
    rule: 'idle-for-days',
    severity: 'info',
    signal: 'idle-days',
    days: ({ days }) => days,
    summary: 'Almost no CPU or network use',
    text: ({ idleCores, idleBytesPerSecond }) =>
      `Every pod below ${cpuQuantity(idleCores)} of CPU and ${formatBytesPerSecond(idleBytesPerSecond)}`,
  },
  volume: {
    kind: 'abandoned',
    rule: 'idle-for-days',
    severity: 'info',
    signal: 'unmounted-days',
    days: ({ days }) => days,
    summary: 'Not mounted',
    text: () => 'Not mounted',
  },
  cards: {
    kind: 'overprovisioned',
    rule: 'gpu-unused',
    severity: 'warning',
    signal: 'unused-gpu-days',
    days: ({ cardDays }) => cardDays,
    summary: 'Holds GPUs and does not use them',
    text: ({ idleCardShare }) => `Every GPU that it holds below ${formatShare(idleCardShare)} busy`,
  },
};

const SCALABLE = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout']);

/** A workload, volume or card without use. */
function abandonedVerdict(
  activity: Activity,
  row: IdleState,
  monthly: number,
  context: DetectContext<AbandonedThresholds>,
): Verdict {
  const { currency } = context.config.pricing;
  const thresholds = context.thresholds.abandoned;
  const rule = RULES[activity.what];
  const days = Math.floor((context.snapshot.window.end - row.since) / DAY_MS);
  const money = `${formatMoney(monthly, currency)} a month`;
  return firing({
    kind: rule.kind,
    rule: rule.rule,
    scope: activity.scope,
    severity: rule.severity,
    score: Math.min(100, Math.round(monthly)),
    startedAt: row.since,
    summary: `${rule.summary} for ${plural(days, 'day')}: ${money}`,
    evidence: [
      {
        signal: rule.signal,
        family: 'level',
        value: days,
        threshold: rule.days(thresholds),
        unit: 'days',
        weight: 100,
        text: `${rule.text(thresholds)} for ${plural(days, 'day')}`,
      },
    ],
    next: nextSteps(activity),
    pods: [...activity.pods].sort().slice(0, 20),
    costPerMonth: monthly,
  });
}

function nextSteps({ scope, what }: Activity): readonly NextStep[] {
  const { namespace, workload, subject } = scope;
  if (what === 'volume') {
    const claim = shellQuote(
      (subject ?? '').replace('PersistentVolumeClaim', 'persistentvolumeclaim'),
    );
    const why = 'Shows its age and last user; back it up before you delete it';
    return [readStep(`kubectl -n ${shellQuote(namespace ?? '')} describe ${claim}`, why)];
  }
  if (workload === null || !SCALABLE.has(workload.kind)) return [];
  return [
    {
      command: `kubectl -n ${shellQuote(namespace ?? '')} scale ${shellQuote(`${workload.kind.toLowerCase()}/${workload.name}`)} --replicas=0`,
      effect: 'contain',
      why: 'Stops it without deleting it; scale it up to restore it',
    },
  ];
}

/** What the workloads that hold cards do with them, as far as an exporter measures it. */
function cardActivity({
  costs,
  thresholds,
}: DetectContext<AbandonedThresholds>): readonly Activity[] {
  const holders = costs.allocations.filter(({ gpuHours }) => gpuHours > 0);
  const groups = Map.groupBy(holders, ({ pod }) => workloadKey(pod.namespace, pod.workload));
  return [...groups].flatMap(([key, held]) => {
    const [first] = held;
    if (first === undefined || !first.pod.workloadKnown) return [];
    const { namespace, workload } = first.pod;
    const byPod = Map.groupBy(held, ({ pod }) => pod.uid);
    return [
      {
        key: `cards:${key}`,
        scope: scopeOn({ namespace, workload }),
        idle: areUnused([...byPod.values()], thresholds.abandoned.idleCardShare),
        costNano: held.reduce((sum, { gpuNano }) => sum + gpuNano, 0),
        pods: [...new Set(held.map(({ pod }) => pod.name))],
        what: 'cards' as const,
      },
    ];
  });
}

/** One used card makes them used; null where a pod's are not measured. */
function areUnused(pods: readonly (readonly Allocation[])[], share: number): boolean | null {
  const used = pods.map((held) => {
    const readings = held.flatMap(({ container, pod }) => {
      // Cards of a claim are shared by containers, of which the exporter names the one that works on them.
      const isOfPod = pod.claimed !== undefined && container.gpuUtilisation === null;
      return isOfPod ? [] : [container.gpuUtilisation];
    });
    if (readings.some((reading) => reading !== null && reading >= share)) return true;
    return readings.length === 0 || readings.includes(null) ? null : false;
  });
  if (used.includes(true)) return false;
  return used.includes(null) ? null : true;
}
