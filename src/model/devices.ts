import rows from './devices.json' with { type: 'json' };
import { nodeLabel } from './nodeFacts.ts';
import type { Amounts } from './podHold.ts';
import { metricName } from './resources.ts';

/** How many units of an extended resource make up one card; of several rows that fit, the first counts. */
export interface DeviceRow {
  /**
   * A regular expression for the whole name, as kube-state-metrics writes it, or for `DRIVER/DEVICE` of a device that is
   * allocated by claims (DRA). `slices` are a unit's slices of a card, `card` is the card that it is or lies on.
   */
  readonly resource: string;
  readonly unless?: string;
  /** Node labels that must match; they too may name `slices`. */
  readonly where?: Readonly<Partial<Record<string, string>>>;
  /** 1 where it is not said; 0 for what costs nothing by itself. */
  readonly unitsPerCard?: number;
  readonly slicesPerCard?: number;
  /** Node label with the number of units that share one; the device plugin's own `NAME.replicas` is always read. */
  readonly replicasLabel?: string;
  /** Resources of one name here are the same cards, counted in several ways. */
  readonly sameCards?: string;
}

const SHIPPED = rows as readonly DeviceRow[];

type Labels = Readonly<Record<string, string>>;

/** What an operator says of resources that the shipped table does not know: `NAME` → units that make up one card. */
export type ExtraDevices = Readonly<Record<string, number>>;

/** How a device of a ResourceClaim or ResourceSlice is called among other resources. */
export function claimedDevice(driver: string, device: string): string {
  return `${metricName(driver)}/${metricName(device)}`;
}

/** What an operator calls a resource: its name, or the driver of a device. */
export function resourceClass(resource: string): string {
  return resource.split('/', 1)[0] ?? resource;
}

/** Cards that one unit of a resource is on a node with these labels; null for an unknown resource. */
export function cardsPerUnit(resource: string, labels: Labels, extra: ExtraDevices): number | null {
  const own = Object.entries(extra).find(([name]) => metricName(name) === resourceClass(resource));
  if (own !== undefined) return own[1] === 0 ? 0 : 1 / own[1];
  const found = rowOf(resource, labels);
  if (found === null) return null;
  const { row, slices } = found;
  if (row.unitsPerCard === 0) return 0;
  const units = (row.unitsPerCard ?? 1) * replicas(resource, row, labels);
  return (row.slicesPerCard === undefined ? 1 : slices / row.slicesPerCard) / units;
}

/** Cards that a container asks for. */
export function cardsOf(amounts: Amounts, labels: Labels, extra: ExtraDevices): number {
  return Object.entries(amounts).reduce(
    (sum, [name, count]) => sum + count * (cardsPerUnit(name, labels, extra) ?? 0),
    0,
  );
}

/**
 * Cards of a node. Slices do not always fill a card, which is there as a whole all the same; a driver lists a card and
 * every way to slice it.
 */
export function cardsOfNode(capacity: Amounts, labels: Labels, extra: ExtraDevices): number {
  const ways = new Map<string, { readonly cards: string; readonly count: number }>();
  const counted = new Set<string>();
  for (const [name, count] of Object.entries(capacity)) {
    const { row, card } = rowOf(name, labels) ?? { row: null, card: null };
    if (card !== null) {
      if (counted.has(card)) continue;
      counted.add(card);
    }
    const cards = card === null ? count * (cardsPerUnit(name, labels, extra) ?? 0) : 1;
    const isSlice = card === null && row?.slicesPerCard !== undefined;
    const way = isSlice ? 'slices' : resourceClass(name);
    const known = ways.get(way) ?? { cards: isSlice ? way : (row?.sameCards ?? way), count: 0 };
    ways.set(way, { ...known, count: known.count + cards });
  }
  const most = new Map<string, number>();
  for (const [way, { cards, count }] of ways) {
    // Slices of one card are sevenths: their sum is not exactly whole.
    const whole = way === 'slices' ? Math.ceil(count - 1e-6) : count;
    most.set(cards, Math.max(most.get(cards) ?? 0, whole));
  }
  return [...most.values()].reduce((sum, count) => sum + count, 0);
}

interface FoundRow {
  readonly row: DeviceRow;
  readonly slices: number;
  /** The card of its driver that a device is, or lies on; null where the name does not say. */
  readonly card: string | null;
}

function rowOf(resource: string, labels: Labels): FoundRow | null {
  for (const row of SHIPPED) {
    const named = whole(row.resource).exec(resource);
    if (named === null || (row.unless !== undefined && whole(row.unless).test(resource))) continue;
    const places = Object.entries(row.where ?? {}).map(([label, pattern]) =>
      regex(pattern ?? '').exec(nodeLabel(labels, label) ?? ''),
    );
    if (places.some((place) => place === null)) continue;
    const slices = [named, ...places].map((match) => match?.groups?.['slices']).find(Boolean);
    const card = named.groups?.['card'];
    return {
      row,
      slices: Number(slices ?? 1),
      card: card === undefined ? null : `${resourceClass(resource)}/${card}`,
    };
  }
  return null;
}

function replicas(resource: string, row: DeviceRow, labels: Labels): number {
  const own = `${resource.replace(/_shared$/, '')}_replicas`;
  const plugin = Object.entries(labels).find(([label]) =>
    [own, `label_${own}`].includes(metricName(label)),
  );
  const told = plugin?.[1] ?? (row.replicasLabel && nodeLabel(labels, row.replicasLabel));
  return Math.max(1, Math.trunc(Number(told ?? 1)) || 1);
}

const compiled = new Map<string, RegExp>();

function regex(source: string): RegExp {
  let made = compiled.get(source);
  if (made === undefined) compiled.set(source, (made = new RegExp(source)));
  return made;
}

function whole(source: string): RegExp {
  return regex(`^(?:${source})$`);
}
