import type { Nano } from '../../model/money.ts';
import type { Amount, Digest, Driver, Reason } from '../../store/digests/digest.ts';
import { UNALLOCATED } from '../../store/costTable.ts';
import { formatLocalDate, formatLocalDay } from '../../model/text/localTime.ts';
import { IDLE_KEY, OTHERS } from '../spend/dailySpend.ts';
import { formatChange, formatNanoChange, plural } from '../../model/text/units.ts';

/** `+$120 (+12%)`, `new`, `gone`, `unchanged`; empty without a comparison. */
export function changeText(
  { nano, beforeNano }: Omit<Amount, 'reasons'>,
  currency: string,
): string {
  if (beforeNano === null) return '';
  const change = nano - beforeNano;
  if (change === 0) return 'unchanged';
  const money = formatNanoChange(change, currency);
  if (beforeNano === 0) return `${money} (new)`;
  if (nano === 0) return `${money} (gone)`;
  return `${money} (${formatChange(change / Math.abs(beforeNano))})`;
}

const DRIVERS: Readonly<Record<Driver, readonly [more: string, less: string]>> = {
  'new-workloads': ['new workloads', 'new workloads'],
  'gone-workloads': ['workloads gone', 'workloads gone'],
  hours: ['more hours of data', 'fewer hours of data'],
  spikes: ['spikes', 'no spikes any more'],
  replicas: ['more replicas', 'fewer replicas'],
  requests: ['requests raised', 'requests lowered'],
  usage: ['more use beyond requests', 'less use beyond requests'],
  'node-mix': ['dearer nodes', 'cheaper nodes'],
  'node-prices': ['node prices up', 'node prices down'],
  storage: ['more storage', 'less storage'],
  network: ['more traffic', 'less traffic'],
  'load-balancers': ['more load balancers', 'fewer load balancers'],
  shared: ['a larger part of shared costs', 'a smaller part of shared costs'],
  'new-clusters': ['clusters without a week before', 'clusters without a week before'],
  nodes: ['more nodes', 'fewer nodes'],
  allocated: ['less of the nodes is requested', 'more of the nodes is requested'],
  remainder: ['not explained', 'not explained'],
};

/** What a driver is called, in the direction in which it went. */
export function driverText({ driver, nano }: Pick<Reason, 'driver' | 'nano'>): string {
  return DRIVERS[driver][nano > 0 ? 0 : 1];
}

/**
 * `+$80 new workloads (shop/Deployment/a, shop/Deployment/b and 3 more)`.
 *
 * @param within the namespace that is spoken of, which names need not repeat
 */
function reasonText(reason: Reason, currency: string, names = 2, within = ''): string {
  const shown = reason.names
    .slice(0, names)
    .map((name) => (name.startsWith(`${within}/`) ? name.slice(within.length + 1) : name));
  const more = reason.count - shown.length;
  const who =
    shown.length === 0 ? '' : ` (${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
  return `${formatNanoChange(reason.nano, currency)} ${driverText(reason)}${who}`;
}

/** Reasons under this share of all movement are summed up. */
const LEAST_SHARE = 0.02;

/**
 * The reasons that are shown, at most `count`; the others are one sum, so that what is shown adds up as well.
 */
export function shownReasons(
  reasons: readonly Reason[],
  count: number,
): { readonly largest: readonly Reason[]; readonly restNano: Nano; readonly restCount: number } {
  const movement = reasons.reduce((sum, { nano }) => sum + Math.abs(nano), 0);
  const largest = reasons
    .filter(({ nano }) => Math.abs(nano) >= LEAST_SHARE * movement)
    .slice(0, count);
  const rest = reasons.filter((reason) => !largest.includes(reason));
  return {
    largest,
    restNano: rest.reduce((sum, { nano }) => sum + nano, 0),
    restCount: rest.length,
  };
}

/** All of it in a line: `+$80 new workloads (…), −$12 fewer replicas, +$0.40 for smaller reasons`. */
export function whyText(
  reasons: readonly Reason[],
  currency: string,
  {
    count = 3,
    names = 2,
    within = '',
  }: { readonly count?: number; readonly names?: number; readonly within?: string } = {},
): string {
  const { largest, restNano, restCount } = shownReasons(reasons, count);
  const parts = largest.map((reason) => reasonText(reason, currency, names, within));
  if (restCount > 0 && Math.round(Math.abs(restNano) / 1e7) > 0)
    parts.push(
      `${formatNanoChange(restNano, currency)} for ${plural(restCount, 'smaller reason')}`,
    );
  return parts.join(', ');
}

/** What a key is called in front of people. */
export function keyText(key: string): string {
  if (key === UNALLOCATED) return 'no owner';
  if (key === IDLE_KEY) return 'idle';
  return key === OTHERS ? 'others' : key;
}

/** `Mon 16 Nov to Sun 22 Nov 2026, Europe/Berlin`. */
export function weekText({ week, timezone }: Pick<Digest, 'week' | 'timezone'>): string {
  const last = week.end - 1;
  const year = formatLocalDate(last, timezone).slice(-4);
  return `${formatLocalDay(week.start, timezone)} to ${formatLocalDay(last, timezone)} ${year}, ${timezone}`;
}
