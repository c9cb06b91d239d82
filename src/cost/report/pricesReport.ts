import { z } from 'zod';
import type { Given } from '../../model/given.ts';
import type { NodeRecord } from '../../store/workloads.ts';
import type { NodePrice } from '../../model/cost.ts';
import type { NodeSample, Snapshot } from '../../model/snapshot.ts';
import { formatTime, HOUR_MS, HOURS_PER_MONTH } from '../../model/time.ts';
import { formatShare } from '../../model/text/units.ts';
import { nodeFacts } from '../../model/nodeFacts.ts';
import { capacityOf, GIB } from '../nodes.ts';
import { hourlyAt } from '../splitNodePrice.ts';
import type { PriceList } from '../priceList.ts';
import { priceNodes } from '../priceNodes.ts';
import type { PricingConfig } from '../config.ts';

const money = z.number().describe('in `currency`');
const nullable = z.number().nullable();

export const nodePriceSchema = z.object({
  node: z.string(),
  instanceType: z.string().nullable(),
  region: z.string().nullable(),
  capacityType: z.string(),
  cpuCores: nullable,
  ramGiB: nullable,
  gpus: nullable,
  /** Null where the node's capacity is unknown or nothing priced it. */
  hourly: nullable,
  monthly: nullable,
  cpuCoreHour: money,
  ramGiBHour: money,
  gpuHour: money,
  /** How far the price can be relied on. */
  confidence: z.number().min(0).max(1),
  source: z.string(),
  reason: z.string(),
});

export type NodePriceRow = Given<z.output<typeof nodePriceSchema>>;

/** What each node costs, which source said so, and why. */
export interface PricesReport {
  readonly currency: string;
  readonly priceBasis: PricingConfig['basis'];
  readonly nodes: readonly NodePriceRow[];
  readonly lists: readonly {
    readonly source: string;
    readonly asOf: string | null;
    readonly currency: string;
  }[];
  /** What egress is charged by, one sentence. */
  readonly network: string;
  /** What is wrong with the price lists, one sentence each. */
  readonly problems: readonly string[];
}

interface Lists {
  readonly lists: readonly PriceList[];
  readonly problems: readonly string[];
}

/** Prices an observed window with the configuration as it is now. */
export function pricesOfSnapshot(
  snapshot: Snapshot,
  pricing: PricingConfig,
  loaded: Lists,
): PricesReport {
  const prices = priceNodes(snapshot, pricing, loaded.lists);
  const rows = snapshot.nodes.flatMap((node) => {
    const price = prices.get(node.name);
    return price === undefined ? [] : [toRow(node, price, pricing)];
  });
  const isMeasured = snapshot.pods.some(({ egress }) => egress !== undefined && egress !== null);
  return reportOf(rows, pricing, { ...loaded, isMeasured });
}

/** The prices that the history's newest windows were recorded with. */
export function pricesOfHistory(
  nodes: readonly NodeRecord[],
  pricing: PricingConfig,
  loaded: Lists,
): PricesReport {
  const newest = nodes.reduce((time, node) => Math.max(time, node.lastSeen), 0);
  const rows = nodes
    .filter((node) => node.lastSeen > newest - HOUR_MS)
    .flatMap((node) => {
      if (node.price === null) return [];
      const { name, providerId, labels, cpuCores, ramBytes, gpus } = node;
      const sample = { name, providerId, labels, cpuCores, ramBytes, gpus };
      const rest = { allocatableCpuCores: null, allocatableRamBytes: null };
      return [toRow({ ...sample, ...rest, upShare: 1, exportedPrice: null }, node.price, pricing)];
    });
  return reportOf(rows, pricing, { ...loaded, isMeasured: false });
}

/** What traffic is charged by; an assumption is named, and so is that there is none. */
function networkBasis({ network }: PricingConfig, isMeasured: boolean): string {
  const { assumed, zoneGiB, internetGiB } = network;
  if (isMeasured)
    return `an exporter tells destinations; ${zoneGiB} a GiB across zones, ${internetGiB} to the internet.`;
  if (assumed === undefined)
    return 'no exporter in the last window tells destinations, so traffic has no cost; pricing.network.assumed would assume them.';
  return `assumed, as no exporter tells destinations: ${formatShare(assumed.zone)} of what pods send crosses zones (${zoneGiB} a GiB), ${formatShare(assumed.internet)} goes to the internet (${internetGiB} a GiB).`;
}

function reportOf(
  nodes: readonly NodePriceRow[],
  pricing: PricingConfig,
  { lists, problems, isMeasured }: Lists & { readonly isMeasured: boolean },
): PricesReport {
  return {
    currency: pricing.currency,
    priceBasis: pricing.basis,
    nodes,
    network: networkBasis(pricing, isMeasured),
    lists: lists.map(({ source, asOf, currency }) => ({
      source,
      asOf: asOf === null ? null : formatTime(asOf).slice(0, 10),
      currency,
    })),
    problems,
  };
}

function toRow(node: NodeSample, price: NodePrice, { spotLabels }: PricingConfig): NodePriceRow {
  const { instanceType, region, capacityType } = nodeFacts(node, spotLabels);
  const capacity = capacityOf(node);
  const { cpuCores, ramGiB, gpus } = capacity;
  const known = price.source !== 'none' && !price.perPod && (cpuCores !== null || ramGiB !== null);
  const hourly = known ? hourlyAt(capacity, price) : null;
  return {
    node: node.name,
    instanceType,
    region,
    capacityType,
    cpuCores,
    ramGiB: node.ramBytes === null ? ramGiB : node.ramBytes / GIB,
    gpus,
    hourly,
    monthly: hourly === null ? null : hourly * HOURS_PER_MONTH,
    cpuCoreHour: price.cpuCoreHour,
    ramGiBHour: price.ramGiBHour,
    gpuHour: price.gpuHour,
    confidence: price.confidence ?? price.coverage,
    source: price.source,
    reason: price.reason,
  };
}
