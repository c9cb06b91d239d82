import { nodeFacts } from '../../model/nodeFacts.ts';
import { idleOf, nodeNano } from '../../model/costParts.ts';
import { fromNano } from '../../model/money.ts';
import { formatTime, MINUTE_MS, windowHours, type Window } from '../../model/time.ts';
import type { CostRow, CostTable, NodeCostRow } from '../../store/costTable.ts';
import { readSets, type AllocationSource } from './computeAllocations.ts';
import type { FilterField } from './filter/filterForm.ts';
import { matchesFilter } from './filter/matchesFilter.ts';
import type { AssetQuery } from './parseQuery.ts';
import { nodeProperties, sanitized, type AllocationContext } from './toAllocations.ts';
import { windowJson } from './toSummary.ts';

/** An asset in OpenCost's form (core/pkg/opencost/asset_json.go), with what it is filtered by. */
interface Asset {
  readonly type: 'Node' | 'Disk' | 'LoadBalancer';
  readonly name: string;
  readonly category: 'Compute' | 'Storage' | 'Network';
  readonly providerID: string;
  readonly json: object;
}

/**
 * What Burnwatch knows of OpenCost's assets: nodes, volumes (those that are mounted by the workload that mounts
 * them) and load balancers, each by itself. Costs of clouds are not among them.
 */
export async function computeAssets(
  source: AllocationSource,
  query: AssetQuery,
): Promise<Readonly<Record<string, object>>> {
  const [set] = await readSets(source, [query.window], ['container', 'node']);
  if (set === undefined || set.context === null) return {};
  const { table, context } = set;
  const all = [
    ...(table.nodes ?? []).map((node) => nodeAsset(node, context)),
    ...attachedAssets(table, context),
  ];
  const wanted = all.filter((asset) => matchesFilter(query.filter, fieldsOf(asset, context)));
  const keyed = wanted.map(({ type, category, name, providerID, json }) => {
    const { cluster } = context;
    const properties = { category, service: 'Kubernetes', cluster, name, providerID };
    const key = [category, cluster, type, 'Kubernetes', providerID || '__undefined__', name];
    const window = windowJson(query.window);
    return [key.join('/'), { type, properties, window, adjustment: 0, ...json }] as const;
  });
  return Object.fromEntries(keyed);
}

function fieldsOf(
  { type, name, providerID }: Asset,
  { cluster }: AllocationContext,
): (field: FilterField) => string | null {
  const fields: Partial<Record<FilterField, string>> = {
    type,
    name,
    cluster,
    provider: providerID,
  };
  return (field) => fields[field] ?? null;
}

function nodeAsset(node: NodeCostRow, context: AllocationContext): Asset {
  const record = context.nodes.get(node.node);
  const { providerID = '' } = nodeProperties(context.cluster, node.node, context.nodes);
  const lived = {
    start: Math.max(context.held.start, record?.firstSeen ?? 0),
    end: Math.min(context.held.end, record?.lastSeen ?? Infinity),
  };
  const hours = windowHours(lived);
  const average = (amount: number): number => (hours > 0 ? amount / hours : 0);
  const idle = idleOf(node);
  const labels = record?.labels ?? {};
  const facts = nodeFacts({ labels });
  return {
    type: 'Node',
    name: node.node,
    category: 'Compute',
    providerID,
    json: {
      labels: sanitized(labels),
      ...timesJson(lived),
      nodeType: facts.instanceType ?? '',
      cpuCores: average(node.cpuCoreHours),
      ramBytes: average(node.ramByteHours),
      cpuCoreHours: node.cpuCoreHours,
      ramByteHours: node.ramByteHours,
      GPUHours: node.gpuHours,
      cpuBreakdown: breakdown(idle.cpuNano, node.cpuNano),
      ramBreakdown: breakdown(idle.ramNano, node.ramNano),
      preemptible: facts.capacityType === 'spot' ? 1 : 0,
      discount: 0,
      cpuCost: fromNano(node.cpuNano),
      gpuCost: fromNano(node.gpuNano),
      gpuCount: average(node.gpuHours),
      ramCost: fromNano(node.ramNano),
      totalCost: fromNano(nodeNano(node)),
    },
  };
}

/** What was not allocated is idle; who used the rest (system or user) is not kept. */
function breakdown(idleNano: number, nano: number) {
  const idle = nano > 0 ? Math.min(1, Math.max(0, idleNano / nano)) : 0;
  return { idle, other: 0, system: 0, user: 1 - idle };
}

function attachedAssets(table: CostTable, context: AllocationContext): readonly Asset[] {
  const attached = table.rows.filter((row) => row.storageNano > 0 || row.loadBalancerNano > 0);
  const byName = Map.groupBy(attached, (row) => {
    const { kind = 'Pod', name = '' } = row.workload ?? {};
    const isOwn = kind === 'PersistentVolumeClaim' || kind === 'Service';
    return `${typeOf(row)} ${row.namespace}/${isOwn ? name : `${kind.toLowerCase()}/${name}`}`;
  });
  return [...byName].map(([key, rows]) => {
    const type = typeOf(rows[0]!);
    const seen = rows.map((row) => row.seen ?? context.held);
    const lived = {
      start: Math.min(...seen.map(({ start }) => start)),
      end: Math.max(...seen.map(({ end }) => end)),
    };
    const name = key.slice(key.indexOf(' ') + 1);
    const json =
      type === 'Disk' ? diskJson(rows, lived) : { ...timesJson(lived), ...balancerJson(rows) };
    const category = type === 'Disk' ? 'Storage' : 'Network';
    return { type, name, category, providerID: '', json };
  });
}

function typeOf({ storageNano }: CostRow): 'Disk' | 'LoadBalancer' {
  return storageNano > 0 ? 'Disk' : 'LoadBalancer';
}

function diskJson(rows: readonly CostRow[], lived: Window) {
  const byteHours = rows.reduce((sum, row) => sum + (row.storageByteHours ?? 0), 0);
  const hours = windowHours(lived);
  const { kind = '', name = '' } = rows[0]?.workload ?? {};
  return {
    labels: {},
    ...timesJson(lived),
    byteHours,
    bytes: hours > 0 ? byteHours / hours : 0,
    byteHoursUsed: null,
    byteUsageMax: null,
    breakdown: breakdown(0, 1),
    totalCost: fromNano(rows.reduce((sum, row) => sum + row.storageNano, 0)),
    storageClass: '',
    volumeName: '',
    claimName: kind === 'PersistentVolumeClaim' ? name : '',
    claimNamespace: rows[0]?.namespace ?? '',
  };
}

function balancerJson(rows: readonly CostRow[]) {
  const nano = rows.reduce((sum, row) => sum + row.loadBalancerNano, 0);
  return { labels: {}, totalCost: fromNano(nano), private: false, ip: '' };
}

function timesJson({ start, end }: Window) {
  return {
    start: formatTime(start),
    end: formatTime(end),
    minutes: Math.max(0, end - start) / MINUTE_MS,
  };
}

/** Each node's price now, in the form of `/allNodePricing` (opencost pkg/cloud/models/models.go, `Node`). */
export async function nodePricing(
  source: Pick<AllocationSource, 'reader'>,
): Promise<Readonly<Record<string, object>>> {
  const records = await source.reader.nodes();
  return Object.fromEntries(
    records.flatMap(({ name, price, cpuCores, ramBytes, gpus, labels, providerId }) => {
      if (price === null) return [];
      const facts = nodeFacts({ labels });
      const ramGiB = (ramBytes ?? 0) / 1024 ** 3;
      const hourly =
        price.cpuCoreHour * (cpuCores ?? 0) +
        price.ramGiBHour * ramGiB +
        price.gpuHour * (gpus ?? 0);
      const json = {
        hourlyCost: String(hourly),
        CPU: String(cpuCores ?? 0),
        CPUHourlyCost: String(price.cpuCoreHour),
        RAM: `${ramGiB}GiB`,
        RAMBytes: String(ramBytes ?? 0),
        RAMGBHourlyCost: String(price.ramGiBHour),
        storage: '',
        storageHourlyCost: '',
        usesDefaultPrice: price.source === 'flat',
        gpu: String(gpus ?? 0),
        gpuCost: String(price.gpuHour),
        instanceType: facts.instanceType ?? '',
        region: facts.region ?? '',
        providerID: providerId ?? '',
        pricingType: price.source,
      };
      return [[name, json] as const];
    }),
  );
}
