import { metricName } from '../../model/resources.ts';
import { COST_PARTS, makeParts, NO_NODE_PARTS, RESOURCE_HOURS } from '../../model/costParts.ts';
import { UNATTACHED_KINDS } from '../../model/cost.ts';
import type { CostRow, CostTable } from '../../store/costTable.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import { windowHours, type Window } from '../../model/time.ts';
import { UNMOUNTED } from './aggregate.ts';
import type { AllocationProperties, AllocationSums } from './allocationJson.ts';

export const IDLE = '__idle__';

/** Kinds of cost without a pod. */
const WITHOUT_POD = new Set<string>([UNATTACHED_KINDS.volume, UNATTACHED_KINDS['load-balancer']]);

/** Workload kinds that are no controller to OpenCost. */
const NO_CONTROLLER = new Set(['Pod', 'Node', ...WITHOUT_POD]);

export interface AllocationContext {
  readonly cluster: string;
  /** The part of the set's window that the history has. */
  readonly held: Window;
  readonly nodes: ReadonlyMap<string, NodeRecord>;
}

/** Turns rows of the history, by container and node or finer, into unaggregated allocations. */
export function toAllocations(
  table: CostTable,
  context: AllocationContext,
): readonly AllocationSums[] {
  return table.rows.map((row) => ({
    properties: propertiesOf(row, context),
    start: row.seen?.start ?? context.held.start,
    end: row.seen?.end ?? context.held.end,
    ...makeParts([...RESOURCE_HOURS, ...COST_PARTS], (part) => row[part]),
    gpuUsageHours: row.gpuHours === 0 ? 0 : (row.gpuUsageHours ?? null),
    networkTransferBytes: row.networkTransmitBytes ?? 0,
    networkReceiveBytes: row.networkReceiveBytes ?? 0,
    storageByteHours: row.storageByteHours ?? 0,
    networkZoneNano: row.networkZoneNano ?? 0,
    networkRegionNano: row.networkRegionNano ?? 0,
    sharedNano: 0,
    idleNano: NO_NODE_PARTS,
    ...attachedTo(row, context),
    cpuUsageMaxCores: row.cpuUsageMaxCores ?? null,
    ramUsageMaxBytes: row.ramUsageMaxBytes ?? null,
  }));
}

function propertiesOf(row: CostRow, { cluster, nodes }: AllocationContext): AllocationProperties {
  const kind = row.workload?.kind ?? 'Pod';
  const name = row.workload?.name;
  const withoutPod = WITHOUT_POD.has(kind);
  const controller = name === undefined || NO_CONTROLLER.has(kind) ? {} : controllerOf(kind, name);
  const labels = row.labels ?? {};
  return {
    ...nodeProperties(cluster, row.node, nodes),
    container: withoutPod ? UNMOUNTED : (row.container ?? ''),
    ...controller,
    ...(row.namespace === null ? {} : { namespace: row.namespace }),
    ...(withoutPod ? { pod: UNMOUNTED } : row.pod === null ? {} : { pod: row.pod }),
    ...(kind === 'Service' && name !== undefined ? { services: [name] } : {}),
    ...(Object.keys(labels).length === 0 ? {} : { labels: sanitized(labels) }),
  };
}

/** What is known of a node, or of the cluster alone. */
export function nodeProperties(
  cluster: string,
  node: string | null,
  nodes: AllocationContext['nodes'],
): AllocationProperties {
  if (node === null) return { cluster };
  const providerId = nodes.get(node)?.providerId ?? null;
  return {
    cluster,
    node,
    ...(providerId === null ? {} : { providerID: shortProviderId(providerId) }),
  };
}

/** OpenCost writes kinds small, and counts a CronJob's runs as one `job` of the CronJob's name. */
function controllerOf(kind: string, name: string): AllocationProperties {
  const controllerKind = kind === 'CronJob' ? 'job' : kind.toLowerCase();
  return { controller: name, controllerKind };
}

/** `aws:///eu-west-1a/i-0abc` → `i-0abc`, `gce://project/zone/name` → `name` (opencost `ParseID`). */
function shortProviderId(id: string): string {
  return /^(?:aws|gce):\/\/.*\/([^/]+)$/.exec(id)?.[1] ?? id;
}

/**
 * The volumes and load balancers of a row, by the keys that OpenCost gives them. The history keeps the cost of
 * mounted volumes by container: they are named by the workload that mounts them.
 */
function attachedTo(
  row: CostRow,
  { cluster }: AllocationContext,
): Pick<AllocationSums, 'volumes' | 'loadBalancers'> {
  const { kind = 'Pod', name = '' } = row.workload ?? {};
  const volume = kind === 'PersistentVolumeClaim' ? name : `${kind.toLowerCase()}/${name}`;
  return {
    volumes:
      row.storageNano === 0
        ? {}
        : {
            [`cluster=${cluster}:name=${row.namespace}/${volume}`]: {
              nano: row.storageNano,
              amount: row.storageByteHours ?? 0,
            },
          },
    loadBalancers:
      row.loadBalancerNano === 0
        ? {}
        : {
            [`${cluster}/${row.namespace}/${name}`]: {
              nano: row.loadBalancerNano,
              amount: row.seen ? windowHours(row.seen) : 0,
            },
          },
  };
}

/** Label names as OpenCost writes them. */
export function sanitized(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [metricName(name), value]),
  );
}
