import type { DetectContext } from '../../detector.ts';
import type { NextStep, Verdict } from '../../../model/finding.ts';
import { DAY_MS } from '../../../model/time.ts';
import type { IdleState } from './state.ts';
import type { Activity } from './activity.ts';
import { shellQuote } from '../../../model/shellQuote.ts';
import { formatBytesPerSecond, formatMoney } from '../../../model/text/units.ts';
import { cpuQuantity } from '../../../model/text/quantity.ts';
import type { AbandonedThresholds } from './thresholds.ts';

export const ABANDONED_RULE = 'idle-for-days';

const SCALABLE = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout']);

/** What is said of something that nobody seems to use: a question to its owner, never an alarm. */
export function abandonedVerdict(
  activity: Activity,
  row: IdleState,
  monthly: number,
  context: DetectContext<AbandonedThresholds>,
): Verdict {
  const { currency } = context.config.pricing;
  const rule = context.thresholds.abandoned;
  const days = Math.floor((context.snapshot.window.end - row.since) / DAY_MS);
  const money = `${formatMoney(monthly, currency)} a month`;
  const isVolume = activity.what === 'volume';
  return {
    kind: 'abandoned',
    rule: ABANDONED_RULE,
    scope: activity.scope,
    status: 'firing',
    severity: 'info',
    score: Math.min(100, Math.round(monthly)),
    startedAt: row.since,
    summary: isVolume
      ? `Nobody has mounted it for ${days} days: ${money}`
      : `No CPU and no network to speak of for ${days} days: ${money}`,
    evidence: [
      {
        signal: isVolume ? 'unmounted-days' : 'idle-days',
        family: 'level',
        value: days,
        threshold: rule.days,
        unit: 'days',
        weight: 100,
        text: isVolume
          ? `Unmounted for ${days} days`
          : `Every pod below ${cpuQuantity(rule.idleCores)} of CPU and ${formatBytesPerSecond(rule.idleBytesPerSecond)} for ${days} days`,
      },
    ],
    next: nextSteps(activity),
    pods: [...activity.pods].sort().slice(0, 20),
    costBeforeNano: null,
    costPerMonth: monthly,
  };
}

function nextSteps({ scope, what }: Activity): readonly NextStep[] {
  const { namespace, workload, subject } = scope;
  if (what === 'volume') {
    const claim = shellQuote(
      (subject ?? '').replace('PersistentVolumeClaim', 'persistentvolumeclaim'),
    );
    return [
      {
        command: `kubectl -n ${shellQuote(namespace ?? '')} describe ${claim}`,
        effect: 'read',
        why: 'shows since when it exists and who used it; back it up before you delete it',
      },
    ];
  }
  if (workload === null || !SCALABLE.has(workload.kind)) return [];
  return [
    {
      command: `kubectl -n ${shellQuote(namespace ?? '')} scale ${shellQuote(`${workload.kind.toLowerCase()}/${workload.name}`)} --replicas=0`,
      effect: 'contain',
      why: 'ends it without deleting anything: scaled up again it is back',
    },
  ];
}
