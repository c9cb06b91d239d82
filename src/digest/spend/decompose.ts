import type { Nano } from '../../model/money.ts';
import type { Driver } from '../../store/digests/digest.ts';
import {
  noUse,
  podHours,
  WEEK_RESOURCES,
  type Resource,
  type ResourceUse,
  type WorkloadWeek,
} from './workloadWeeks.ts';

/** Signed parts of a change by driver, in nano-units; they add up to it exactly. */
export type Parts = Map<Driver, number>;

/** Hours of data that both weeks have. */
export interface SeenHours {
  readonly before: number;
  readonly now: number;
}

/**
 * Why a workload's cost changed from one week to the next. Each resource of each container costs
 * hours seen × pods × size of a pod × price, and the change is split over these four by the logarithmic
 * mean Divisia index (LMDI-I; B. W. Ang, Energy Policy 32 (2004) 1131–1139), which leaves no residual
 * and does not depend on any order. Size is split into what is asked for and what is used beyond it;
 * price into the kinds of node it runs on and what these cost.
 */
export function decompose(
  before: WorkloadWeek | null,
  now: WorkloadWeek | null,
  seen: SeenHours,
): Parts {
  const parts: Parts = new Map();
  const change = (now?.nano ?? 0) - (before?.nano ?? 0);
  if (before === null || before.nano === 0 || now === null || now.nano === 0) {
    addStarted(parts, before, now, change);
    return inWholeNanos(parts, change);
  }
  for (const [driver, part] of ATTACHED) addReason(parts, driver, now[part] - before[part]);
  const pods = { before: podHours(before), now: podHours(now) };
  for (const container of new Set([...before.uses.keys(), ...now.uses.keys()])) {
    for (const resource of WEEK_RESOURCES) {
      const sides = {
        before: usesOf(before, container, resource),
        now: usesOf(now, container, resource),
      };
      addResource(parts, sides, pods, seen);
    }
  }
  return inWholeNanos(parts, change);
}

/** What is charged beside nodes. */
const ATTACHED = [
  ['storage', 'storageNano'],
  ['network', 'networkNano'],
  ['load-balancers', 'loadBalancerNano'],
] as const;

type Uses = ReadonlyMap<string, ResourceUse>;

interface Sides<T> {
  readonly before: T;
  readonly now: T;
}

function addStarted(
  parts: Parts,
  before: WorkloadWeek | null,
  now: WorkloadWeek | null,
  change: Nano,
): void {
  const [week, driver] =
    change >= 0 ? ([now, 'new-workloads'] as const) : ([before, 'gone-workloads'] as const);
  const sign = Math.sign(change);
  if (week === null || change === 0) return;
  // A volume or a load balancer by itself is no workload.
  if (podHours(week) > 0) return addReason(parts, driver, change);
  for (const [driver, part] of ATTACHED) addReason(parts, driver, sign * week[part]);
}

function addResource(parts: Parts, uses: Sides<Uses>, pods: Sides<number>, seen: SeenHours): void {
  const before = total(uses.before);
  const now = total(uses.now);
  const change = now.nano - before.nano;
  if (change === 0) return;
  // Nothing was known of how long it ran: nothing is guessed.
  if (pods.before <= 0 || pods.now <= 0) return addReason(parts, 'remainder', change);
  if (before.hours <= 0 || now.hours <= 0) {
    // A side-car that came or went: its pods ask for more, or use more.
    const grown = now.hours > 0 ? now : before;
    const asked = grown.hours > 0 ? grown.requestHours / grown.hours : 0;
    addReason(parts, 'requests', change * asked);
    return addReason(parts, 'usage', change * (1 - asked));
  }
  if (before.nano <= 0 || now.nano <= 0) return addReason(parts, 'node-prices', change);
  const weight = logMean(before.nano, now.nano);
  const effect = (from: number, to: number): number => weight * Math.log(to / from);
  const hours = seen.before > 0 && seen.now > 0 ? effect(seen.before, seen.now) : 0;
  addReason(parts, 'hours', hours);
  addReason(parts, 'replicas', effect(pods.before, pods.now) - hours);
  addSize(parts, weight, perPod(before, pods.before), perPod(now, pods.now));
  addPrice(parts, weight, { before: uses.before, now: uses.now }, { before, now });
}

/** By the same index a sum's parts share its effect as their changes do: Δpart × weight / mean of the sum. */
function addSize(parts: Parts, weight: number, before: ResourceUse, now: ResourceUse): void {
  const factor = weight / logMean(before.hours, now.hours);
  const asked = now.requestHours - before.requestHours;
  addReason(parts, 'requests', factor * asked);
  addReason(parts, 'usage', factor * (now.hours - before.hours - asked));
}

function addPrice(parts: Parts, weight: number, uses: Sides<Uses>, sums: Sides<ResourceUse>): void {
  const price = (use: ResourceUse): number => use.nano / use.hours;
  const before = price(sums.before);
  const now = price(sums.now);
  const factor = weight / logMean(before, now);
  let samePrices = 0;
  for (const [kind, old] of uses.before) {
    const recent = uses.now.get(kind);
    if (recent === undefined || old.hours <= 0 || recent.hours <= 0) continue;
    const share = old.hours / sums.before.hours + recent.hours / sums.now.hours;
    samePrices += (share / 2) * (price(recent) - price(old));
  }
  addReason(parts, 'node-prices', factor * samePrices);
  addReason(parts, 'node-mix', factor * (now - before - samePrices));
}

function perPod(use: ResourceUse, pods: number): ResourceUse {
  const { nano, hours, requestHours } = use;
  return { nano, hours: hours / pods, requestHours: requestHours / pods };
}

function usesOf(week: WorkloadWeek, container: string, resource: Resource): Uses {
  const kinds = week.uses.get(container) ?? new Map<string, Record<Resource, ResourceUse>>();
  return new Map([...kinds].map(([kind, use]) => [kind, use[resource]]));
}

function total(uses: Uses): ResourceUse {
  const sum = noUse();
  for (const { nano, hours, requestHours } of uses.values()) {
    sum.nano += nano;
    sum.hours += hours;
    sum.requestHours += requestHours;
  }
  return sum;
}

export function addReason(parts: Parts, driver: Driver, nano: number): void {
  if (nano !== 0) parts.set(driver, (parts.get(driver) ?? 0) + nano);
}

/** A rounding of at most this much for each part is not attributed. */
const ROUNDING_NANO = 1_000;

/** Rounds the parts; what rounding leaves goes to the largest, more than that is the remainder. */
export function inWholeNanos(parts: Parts, change: Nano): Parts {
  const whole: Parts = new Map();
  for (const [driver, nano] of parts) addReason(whole, driver, Math.round(nano));
  const rest = change - [...whole.values()].reduce((sum, nano) => sum + nano, 0);
  if (rest === 0) return whole;
  const largest = [...whole].toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a))[0]?.[0];
  const isRounding = largest !== undefined && Math.abs(rest) <= ROUNDING_NANO * whole.size;
  addReason(whole, isRounding ? largest : 'remainder', rest);
  return whole;
}

/**
 * The logarithmic mean of two positive numbers, (b − a) / ln(b / a): between the geometric and the
 * arithmetic mean. Near each other the fraction would cancel: the series of its middle is used there.
 */
export function logMean(a: number, b: number): number {
  const middle = (a + b) / 2;
  const spread = (b - a) / (2 * middle);
  if (Math.abs(spread) < 1e-4) return middle * (1 - spread ** 2 / 3);
  return (b - a) / Math.log(b / a);
}
