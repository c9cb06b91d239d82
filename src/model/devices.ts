import rows from './devices.json' with { type: 'json' };
import { nodeLabel } from './nodeFacts.ts';
import type { Amounts } from './podHold.ts';
import { metricName } from './resources.ts';

/** How many units of an extended resource make up one card; of several rows that fit, the first counts. */
export interface DeviceRow {
  /** A regular expression for the whole name, as kube-state-metrics writes it; `slices` are a unit's slices of a card. */
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

/** Cards that one unit of a resource is on a node with these labels; null for an unknown resource. */
export function cardsPerUnit(resource: string, labels: Labels, extra: ExtraDevices): number | null {
  const own = Object.entries(extra).find(([name]) => metricName(name) === resource);
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

/** Cards of a node. Slices do not always fill a card, which is there as a whole all the same. */
export function cardsOfNode(capacity: Amounts, labels: Labels, extra: ExtraDevices): number {
  const byCards = new Map<string, number>();
  for (const [name, count] of Object.entries(capacity)) {
    const cards = count * (cardsPerUnit(name, labels, extra) ?? 0);
    const row = rowOf(name, labels)?.row;
    const key = row?.sameCards ?? (row?.slicesPerCard === undefined ? name : 'slices');
    const before = byCards.get(key) ?? 0;
    byCards.set(key, row?.sameCards === undefined ? before + cards : Math.max(before, cards));
  }
  // Slices of one card are sevenths: their sum is not exactly whole.
  return [...byCards].reduce(
    (sum, [key, cards]) => sum + (key === 'slices' ? Math.ceil(cards - 1e-6) : cards),
    0,
  );
}

function rowOf(resource: string, labels: Labels): { row: DeviceRow; slices: number } | null {
  for (const row of SHIPPED) {
    const named = whole(row.resource).exec(resource);
    if (named === null || (row.unless !== undefined && whole(row.unless).test(resource))) continue;
    const places = Object.entries(row.where ?? {}).map(([label, pattern]) =>
      regex(pattern ?? '').exec(nodeLabel(labels, label) ?? ''),
    );
    if (places.some((place) => place === null)) continue;
    const slices = [named, ...places].map((match) => match?.groups?.['slices']).find(Boolean);
    return { row, slices: Number(slices ?? 1) };
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
