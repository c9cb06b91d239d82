import { isUntold } from '../collect/trust/fetchTotals.ts';
import { nodeNano, sumNano } from '../model/costParts.ts';
import type { Allocation, NodeCost, WindowCosts } from '../model/cost.ts';
import { fromNano, toNano, type Nano } from '../model/money.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { windowHours } from '../model/time.ts';
import type { PricingConfig } from './config.ts';
import { GIB } from './nodes.ts';

/** CPU and memory: what depends on requests and use. */
function computeNano({ cpuNano, ramNano }: Allocation): Nano {
  return cpuNano + ramNano;
}

/**
 * What CPU and memory of all containers cost at most, where it is not told what each of them asks for and uses: no more than
 * the nodes, and else no more than all requests and all use together at flat rates, since each is charged for the
 * larger of both. Null where all is told, or nothing is.
 */
export function allocatedAtMost(
  snapshot: Snapshot,
  { allocations, nodes }: Pick<WindowCosts, 'allocations' | 'nodes'>,
  pricing: Pick<PricingConfig, 'cpuCoreHour' | 'ramGiBHour'>,
): Nano | null {
  if (!isUntold(snapshot)) return null;
  const known = sumNano(allocations, computeNano);
  const ofNodes = sumNano(nodes.filter(isMachine), nodeNano);
  if (ofNodes > 0) return Math.max(known, ofNodes);
  const { totals } = snapshot;
  if (totals === undefined) return null;
  const hours = windowHours(snapshot.window);
  const used = (read: (allocation: Allocation) => number): number =>
    allocations.reduce((sum, allocation) => sum + read(allocation), 0) / hours;
  const cores =
    totals.cpuRequestCores +
    Math.max(
      totals.cpuUsageCores,
      used((one) => one.cpuUsageCoreHours),
    );
  const bytes =
    totals.ramRequestBytes +
    Math.max(
      totals.ramUsageBytes,
      used((one) => one.ramUsageByteHours),
    );
  const hourly = cores * pricing.cpuCoreHour + (bytes / GIB) * pricing.ramGiBHour;
  return Math.max(known, toNano(hourly * hours));
}

/** A node that is observed, and no stand-in for one of which pods speak. */
function isMachine({ cpuCores }: NodeCost): boolean {
  return cpuCores > 0;
}

/** Says within which bounds costs lie that are not told for each container, and what is not judged for want of a family. */
export function unknownCosts(snapshot: Snapshot, costs: WindowCosts): readonly DataProblem[] {
  const hours = windowHours(snapshot.window);
  const hourly = (nano: Nano): string => `${Number((fromNano(nano) / hours).toPrecision(4))}`;
  const problems: DataProblem[] = [];
  if (isUntold(snapshot)) {
    const known = hourly(sumNano(costs.allocations, computeNano));
    const { source } = snapshot.totals ?? {};
    const [most, because] =
      costs.atMostNano === undefined
        ? ['and no metric tells how much more', 'neither nodes nor sums are there']
        : [
            `and at most ${hourly(costs.atMostNano)}`,
            source === undefined
              ? 'that is what the nodes cost'
              : `that is all requests and all use at flat rates, by ${source}`,
          ];
    problems.push({
      code: 'unknown-cost',
      subject: 'containers',
      text: `Metrics show what each container costs in part: CPU and memory of all come to at least ${known} an hour, ${most} (${because}). Which abuse there is of it is unknown. Let Prometheus scrape kube-state-metrics and the kubelets, or give Burnwatch access to the Kubernetes API`,
    });
  }
  const unseen = costs.allocations.filter(
    ({ coverageBy }) => coverageBy?.network === 0 && coverageBy.disk === 0,
  );
  const isAbsent = (metric: string): boolean =>
    snapshot.problems.some(({ code, subject }) => code === 'metric-absent' && subject === metric);
  if (
    unseen.length > 0 &&
    isAbsent('container_network_receive_bytes_total') &&
    isAbsent('container_fs_reads_bytes_total')
  )
    problems.push({
      code: 'unknown-cost',
      subject: 'traffic and disk',
      text: `No exporter has traffic and disk of containers whose CPU and memory cost ${hourly(sumNano(unseen, computeNano))} an hour: mining among them is recognised by CPU alone, so that at most this much of it is overlooked. Let Prometheus scrape /metrics/cadvisor of the kubelets`,
    });
  return problems;
}
