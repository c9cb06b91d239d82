import type { Reading } from '../../model/reading.ts';
import type { ExportedNodePrice, NodeSample } from '../../model/snapshot.ts';
import { isHugePages } from '../../model/podHold.ts';
import { carriedLabels } from '../labels.ts';
import type { RestoreName } from '../labels.ts';
import type { Window } from '../../model/time.ts';
import type { Batch } from '../prometheus/batch.ts';
import type { GridSeries } from '../prometheus/grid.ts';
import { seenShare, type KubeScrapes } from './presence.ts';
import { at, compare, countAt, label, overlay, statedAt, timeAt } from './series.ts';
import type { Statement } from './series.ts';

/** All that a batch holds of one node. */
interface NodeEntry {
  readonly name: string;
  readonly capacity: Map<string, Float64Array>;
  readonly allocatable: Map<string, Float64Array>;
  /** Price metric (`node_cpu_hourly_cost`, …) → values. */
  readonly prices: Map<string, Float64Array>;
  readonly info: Statement<{ readonly providerId: string; readonly osImage: string }>[];
  created: Float64Array | undefined;
  readonly labels: Statement<Readonly<Record<string, string>>>[];
  /** Labels that the price exporter's series carry, for clusters without kube_node_labels. */
  readonly priceLabels: Statement<Readonly<Record<string, string>>>[];
}

export type NodeTable = readonly NodeEntry[];

/** Sorts a batch's series to the nodes that they are about. */
export function buildNodeTable(batch: Batch, restore: RestoreName): NodeTable {
  const nodes = new Map<string, NodeEntry>();
  const each = (
    query:
      'created' | 'nodeInfo' | 'nodeCapacity' | 'nodeAllocatable' | 'nodeLabels' | 'nodePrices',
    visit: (node: NodeEntry, series: GridSeries) => void,
  ): void => {
    for (const series of batch.answers[query].series) {
      const name =
        label(series, 'node') || (query === 'nodePrices' ? label(series, 'instance') : '');
      if (name !== '') visit(entryOf(nodes, name), series);
    }
  };
  each('nodeInfo', (node, series) => {
    const value = { providerId: label(series, 'provider_id'), osImage: label(series, 'os_image') };
    node.info.push({ value, values: series.values });
  });
  each('created', (node, series) => {
    node.created = overlay(node.created, series.values);
  });
  each('nodeCapacity', (node, series) => put(node.capacity, label(series, 'resource'), series));
  each('nodeAllocatable', (node, series) =>
    put(node.allocatable, label(series, 'resource'), series),
  );
  each('nodeLabels', (node, series) => {
    const value = carriedLabels(series.labels, 'label_', restore);
    node.labels.push({ value, values: series.values });
  });
  each('nodePrices', (node, series) => {
    // Two series of one node, one with an empty instance type, are one price and not two.
    put(node.prices, label(series, '__name__'), series);
    node.priceLabels.push({ value: priceLabels(series), values: series.values });
  });
  for (const node of nodes.values()) {
    for (const list of [node.info, node.labels, node.priceLabels]) {
      list.sort((a, b) => compare(JSON.stringify(b.value), JSON.stringify(a.value)));
    }
  }
  return [...nodes.values()].sort((a, b) => compare(a.name, b.name));
}

function priceLabels(series: GridSeries): Readonly<Record<string, string>> {
  const pairs = [
    ['node.kubernetes.io/instance-type', label(series, 'instance_type')],
    ['topology.kubernetes.io/region', label(series, 'region')],
  ].filter(([, value]) => value !== '');
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** The nodes of one window, sorted by name. A price alone does not make a node. */
export function nodesAt(
  table: NodeTable,
  point: number,
  window: Window,
  scrapes: KubeScrapes,
): readonly NodeSample[] {
  const nodes: NodeSample[] = [];
  for (const entry of table) {
    const samples = Math.max(0, ...entry.info.map(({ values }) => countAt(values, point)));
    const capacity = (name: string): Reading => at(entry.capacity.get(name), point);
    if (samples === 0 && capacity('cpu') === null && capacity('memory') === null) continue;
    const info = statedAt(entry.info, point);
    const osImage = info.find((one) => one.osImage !== '')?.osImage;
    nodes.push({
      name: entry.name,
      cpuCores: capacity('cpu'),
      ramBytes: capacity('memory'),
      gpus: null,
      ...devicesAt(entry, point),
      allocatableCpuCores: at(entry.allocatable.get('cpu'), point),
      allocatableRamBytes: allocatableRam(entry, point),
      labels: labelsAt(entry, point),
      providerId: info.find(({ providerId }) => providerId !== '')?.providerId ?? null,
      ...(osImage !== undefined && { osImage }),
      upShare:
        samples === 0 ? 1 : seenShare(samples, timeAt(entry.created, point), window, scrapes),
      exportedPrice: priceAt(entry, point),
    });
  }
  return nodes;
}

function devicesAt(entry: NodeEntry, point: number): Pick<NodeSample, 'devices'> {
  const devices: Record<string, number> = {};
  for (const [name, values] of entry.capacity) {
    const count = name === 'cpu' || name === 'memory' ? null : at(values, point);
    if (count !== null && count > 0) devices[name] = count;
  }
  return Object.keys(devices).length === 0 ? {} : { devices };
}

function allocatableRam(entry: NodeEntry, point: number): Reading {
  let bytes = at(entry.allocatable.get('memory'), point);
  for (const [name, values] of entry.allocatable)
    if (bytes !== null && isHugePages(name)) bytes += at(values, point) ?? 0;
  return bytes;
}

function labelsAt(entry: NodeEntry, point: number): Readonly<Record<string, string>> {
  const own = statedAt(entry.labels, point);
  const priced = statedAt(entry.priceLabels, point);
  if (own.length === 1 && priced.length === 0) return own[0] ?? {};
  return Object.assign({}, ...priced.toReversed(), ...own.toReversed()) as Record<string, string>;
}

function priceAt(entry: NodeEntry, point: number): ExportedNodePrice | null {
  const price = {
    cpuCoreHour: at(entry.prices.get('node_cpu_hourly_cost'), point),
    ramGiBHour: at(entry.prices.get('node_ram_hourly_cost'), point),
    gpuHour: at(entry.prices.get('node_gpu_hourly_cost'), point),
    totalHour: at(entry.prices.get('node_total_hourly_cost'), point),
  };
  return Object.values(price).every((reading) => reading === null) ? null : price;
}

function put(map: Map<string, Float64Array>, key: string, series: GridSeries): void {
  map.set(key, overlay(map.get(key), series.values));
}

function entryOf(nodes: Map<string, NodeEntry>, name: string): NodeEntry {
  let entry = nodes.get(name);
  if (entry === undefined) {
    entry = {
      name,
      capacity: new Map(),
      allocatable: new Map(),
      prices: new Map(),
      info: [],
      created: undefined,
      labels: [],
      priceLabels: [],
    };
    nodes.set(name, entry);
  }
  return entry;
}
