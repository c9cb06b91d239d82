import type { DetectContext } from '../../detector.ts';
import type { NextStep, Verdict } from '../../../model/finding.ts';
import { DAY_MS } from '../../../model/time.ts';
import type { IdleState } from './state.ts';
import type { Activity } from './activity.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { formatBytesPerSecond, formatMoney, plural } from '../../../model/text/units.ts';
import { cpuQuantity } from '../../../model/text/quantity.ts';
import type { AbandonedThresholds } from './thresholds.ts';

export const ABANDONED_RULE = 'idle-for-days';

const SCALABLE = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Rollout']);

/** A workload or volume without use; never more than `info`. */
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
      ? `Not mounted for ${plural(days, 'day')}: ${money}`
      : `Almost no CPU or network use for ${plural(days, 'day')}: ${money}`,
    evidence: [
      {
        signal: isVolume ? 'unmounted-days' : 'idle-days',
        family: 'level',
        value: days,
        threshold: rule.days,
        unit: 'days',
        weight: 100,
        text: isVolume
          ? `Not mounted for ${plural(days, 'day')}`
          : `Every pod below ${cpuQuantity(rule.idleCores)} of CPU and ${formatBytesPerSecond(rule.idleBytesPerSecond)} for ${plural(days, 'day')}`,
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
        why: 'Shows its age and last user; back it up before you delete it',
      },
    ];
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
