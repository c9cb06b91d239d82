import type { NodeFacts } from '../../model/nodeFacts.ts';
import { capacityOf } from '../nodes.ts';
import type { PriceList, PriceListEntry } from '../priceList.ts';
import { surchargesOf } from '../priceRules.ts';
import { hourlyAt } from '../splitNodePrice.ts';
import type { NodePriceSource } from './nodePriceSource.ts';

type Asked = Parameters<NodePriceSource['priceOf']>[0];

/** What a list says that a whole machine costs an hour. */
export interface Quote {
  readonly entry: PriceListEntry;
  readonly list: PriceList;
  readonly hourly: number;
  /** `on-demand`, `spot in eu-west-1b, with Windows 0.184`. */
  readonly kind: string;
  /** What the price stands in for, where it is none of its own. */
  readonly standsInFor: string | null;
  readonly confidence: number;
}

/** The quote of one list for a node; null where it has none. */
export function quoteOf({ node, facts, pricing }: Asked, list: PriceList): Quote | null {
  if (list.currency !== pricing.currency || facts.instanceType === null) return null;
  const os = facts.os ?? 'linux';
  const entry = list.find(facts.instanceType, facts.region, os);
  const base = entry === null ? null : baseOf(entry, facts);
  if (entry === null || base === null) return null;
  const hasOwnOs = entry.os === os;
  // Whether the cloud sells the subscription, or the node brings its own, nothing tells.
  const system = hasOwnOs || os === 'windows' ? null : 'Linux, for ' + os.toUpperCase();
  const gaps = [base.standsInFor, system].filter((gap) => gap !== null);
  const cores = capacityOf(node).cpuCores ?? entry.vcpus;
  const surcharges = surchargesOf(node, entry.price, cores).filter(
    ({ what }) => !(what === 'Windows' && hasOwnOs),
  );
  const named = surcharges.map(({ what, hourly }) => `, with ${what} ${round(hourly)}`).join('');
  const trusted = list.configured ? 1 : 0.9;
  return {
    entry,
    list,
    hourly: surcharges.reduce((sum, { hourly }) => sum + hourly, base.price),
    kind: base.kind + named,
    standsInFor: gaps.length === 0 ? null : gaps.join(', '),
    confidence: gaps.length > 0 ? 0.5 : surcharges.length > 0 ? 0.8 : trusted,
  };
}

interface Base {
  readonly price: number;
  readonly kind: string;
  readonly standsInFor: string | null;
}

function baseOf(entry: PriceListEntry, { capacityType, zones }: NodeFacts): Base | null {
  if (capacityType === 'spot') {
    const zone = zones.find((name) => entry.spotByZone.has(name));
    const inZone = zone === undefined ? undefined : entry.spotByZone.get(zone);
    if (inZone !== undefined) return { price: inZone, kind: `spot in ${zone}`, standsInFor: null };
    if (entry.spotPrice !== null)
      return { price: entry.spotPrice, kind: 'spot', standsInFor: null };
  }
  if (entry.price === null) return null;
  const gaps = {
    'on-demand': null,
    spot: 'on-demand, as the list has no spot price',
    reserved: 'on-demand, for reserved capacity',
  };
  const gap = gaps[capacityType];
  return {
    price: entry.price,
    kind: gap ?? 'on-demand',
    standsInFor: gap === null ? null : capacityType,
  };
}

/** A price is doubted that is off by more than discounts, spot and negotiation explain. */
const DOUBTED = { below: 1 / 30, above: 5 };

/**
 * Why an exporter's price cannot be true: it is held against the lists, or against the flat rates for a machine that is in
 * none. Null where it may well be.
 */
export function doubtOf(asked: Asked): string | null {
  const { node, pricing, priceLists } = asked;
  const exported = node.exportedPrice;
  const capacity = capacityOf(node);
  if (exported === null || capacity.cpuCores === null || capacity.ramGiB === null) return null;
  const { cpuCoreHour, ramGiBHour, gpuHour, totalHour } = exported;
  const whole =
    cpuCoreHour !== null && ramGiBHour !== null && cpuCoreHour + ramGiBHour > 0
      ? hourlyAt(capacity, { cpuCoreHour, ramGiBHour, gpuHour: gpuHour ?? 0 })
      : totalHour;
  if (whole === null || whole <= 0) return null;
  const onDemand = { ...asked, facts: { ...asked.facts, capacityType: 'on-demand' as const } };
  const quote = priceLists.map((list) => quoteOf(onDemand, list)).find((one) => one !== null);
  const expected = quote?.hourly ?? hourlyAt(capacity, pricing);
  const ratio = whole / expected;
  if (expected <= 0 || (ratio >= DOUBTED.below && ratio <= DOUBTED.above)) return null;
  const against = quote === undefined ? 'the flat rates' : quote.list.source;
  return `the exporter says ${round(whole)} an hour, which cannot be: ${against} ${quote === undefined ? 'make it' : 'has it at'} ${round(expected)}; look at the exporter's pricing`;
}

function round(amount: number): number {
  return Number(amount.toPrecision(3));
}
