import type { Evidence, NextStep, Verdict } from '../../../model/finding.ts';
import { toNano, type Nano } from '../../../model/money.ts';
import { formatTime, HOURS_PER_MONTH, type TimeMs } from '../../../model/time.ts';
import type { DetectContext } from '../../detector.ts';
import { firing, readStep, scopeOn } from '../../verdict.ts';
import type { NormalHour } from './normalHour.ts';
import type { Spike } from './spikeState.ts';
import type { SpikeCause } from './workloadCosts.ts';
import { formatAmount, formatMoney, formatNumber } from '../../../model/text/units.ts';
import type { CostSpikeThresholds } from './thresholds.ts';

const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** A spike as the hour that has ended shows it. */
interface SpikeNow {
  readonly spike: Spike;
  readonly cost: number;
  readonly normal: NormalHour;
  readonly cause: SpikeCause | null;
}

/** Says how far above its normal a namespace is, since when, and what that has cost. */
export function spikeVerdict(
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
export function newNamespaceVerdict(
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
