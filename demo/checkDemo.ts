import type { CostReport } from '../src/cost/report/costReportForm.ts';
import type { Finding } from '../src/model/finding.ts';
import type { MinerFound } from './findMiners.ts';

export interface DemoOutcome {
  readonly costs: CostReport;
  readonly miners: readonly MinerFound[];
  readonly falseAlarms: readonly Finding[];
  /** Messages that stand in the security channel. */
  readonly securityMessages: number;
  /** Deliveries that were given up. */
  readonly deadDeliveries: number;
}

/** What the demo promised and did not do; empty when all went well. */
export function brokenPromises(outcome: DemoOutcome): readonly string[] {
  const { costs, miners, falseAlarms, securityMessages, deadDeliveries } = outcome;
  const broken: string[] = [];
  for (const { miner, finding } of miners) {
    if (finding === null)
      broken.push(`the miner in ${miner.namespace}/${miner.workload.name} was not found`);
    const missing = (miner.reported ?? []).filter(
      (one) => finding?.evidence.some(({ signal }) => signal === `${one}-reported`) === false,
    );
    if (missing.length > 0)
      broken.push(`${finding?.id} says nothing of what other tools saw: ${missing.join(', ')}`);
  }
  for (const { id, summary } of falseAlarms) {
    broken.push(`an honest workload was called a miner: ${id} (${summary})`);
  }
  const onNodes = costs.rows.reduce(
    (sum, { cpuCost, ramCost, gpuCost }) => sum + cpuCost + ramCost + gpuCost,
    costs.idle.totalCost,
  );
  // Rows are rounded to nano-units of the currency each.
  if (Math.abs(onNodes - costs.nodesCost) > 1e-9 * (costs.rows.length + 1))
    broken.push(`the rows and idle add up to ${onNodes}, the nodes cost ${costs.nodesCost}`);
  if (costs.coverage < 0.98)
    broken.push(`only ${Math.round(100 * costs.coverage)}% of the samples were seen`);
  if (securityMessages === 0) broken.push('nothing was posted to the security channel');
  if (deadDeliveries > 0) broken.push(`${deadDeliveries} messages could not be delivered`);
  return broken;
}
