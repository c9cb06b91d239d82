import type { CostRow } from '../../store/costTable.ts';
import type { Nano } from '../../model/money.ts';

/** The parts of a cost, as rows and allocations have them. */
type CostParts = Pick<
  CostRow,
  'cpuNano' | 'ramNano' | 'gpuNano' | 'storageNano' | 'networkNano' | 'loadBalancerNano'
>;

/** Everything a row or an allocation costs by itself. */
export function costNano(parts: CostParts): Nano {
  return (
    parts.cpuNano +
    parts.ramNano +
    parts.gpuNano +
    parts.storageNano +
    parts.networkNano +
    parts.loadBalancerNano
  );
}

/** A row that stands for nobody and costs nothing: sums begin with it. */
export function emptyRow(key: string): CostRow {
  return {
    key,
    namespace: null,
    workload: null,
    owner: null,
    node: null,
    pod: null,
    container: null,
    cpuCoreHours: 0,
    ramByteHours: 0,
    gpuHours: 0,
    cpuRequestCoreHours: 0,
    cpuUsageCoreHours: 0,
    ramRequestByteHours: 0,
    ramUsageByteHours: 0,
    cpuNano: 0,
    ramNano: 0,
    gpuNano: 0,
    storageNano: 0,
    networkNano: 0,
    loadBalancerNano: 0,
    coverage: 1,
  };
}
