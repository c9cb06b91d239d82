import type { DetectContext } from '../../detector.ts';
import { firing, readStep } from '../../verdict.ts';
import type { FindingKind, NextStep, Severity, Verdict } from '../../../model/finding.ts';
import { DAY_MS } from '../../../model/time.ts';
import type { Activity, IdleState } from './activity.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import {
  formatBytesPerSecond,
  formatMoney,
  formatShare,
  plural,
} from '../../../model/text/units.ts';
import { cpuQuantity } from '../../../model/text/quantity.ts';
import type { AbandonedThresholds } from './thresholds.ts';

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
export const RULES: Readonly<Record<Activity['what'], RuleOf>> = {
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
export function abandonedVerdict(
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
