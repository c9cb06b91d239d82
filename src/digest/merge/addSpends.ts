import { efficiencyOfAll } from '../../cost/report/efficiency.ts';
import type { Nano } from '../../model/money.ts';
import { UNALLOCATED } from '../../store/costTable.ts';
import type { Amount, Driver, Reason, Spend } from '../../store/digests/digest.ts';
import { IDLE_KEY, OTHERS } from '../spend/dailySpend.ts';

/** Names of a reason. */
const NAMED = 3;

/** A value of one cluster’s digest. */
export interface Of<T> {
  readonly cluster: string;
  readonly value: T;
}

/** A name in a cluster; what stands for no name is the same in all. */
export function within(cluster: string, name: string): string {
  return [UNALLOCATED, IDLE_KEY, OTHERS, ''].includes(name) ? name : `${cluster}/${name}`;
}

export function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

export function total<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}

export function byCost(a: Spend, b: Spend): number {
  return b.nano - a.nano || (a.key < b.key ? -1 : 1);
}

/**
 * Sums of amounts and of their reasons. Where one cluster has nothing to compare with, as one that was added this week,
 * all of it counts as new.
 */
export function addAmounts(amounts: readonly Of<Amount>[]): Amount {
  const hasBefore = amounts.some(({ value }) => value.beforeNano !== null);
  const reasons = new Map<Driver, Of<Reason>[]>();
  const add = (cluster: string, value: Reason) =>
    reasons.set(value.driver, [...(reasons.get(value.driver) ?? []), { cluster, value }]);
  for (const { cluster, value } of hasBefore ? amounts : []) {
    for (const reason of value.reasons) add(cluster, reason);
    if (value.beforeNano === null && value.nano !== 0)
      add('', { driver: 'new-clusters', nano: value.nano, names: [cluster], count: 1 });
  }
  return {
    nano: total(amounts, ({ value }) => value.nano),
    beforeNano: hasBefore ? total(amounts, ({ value }) => value.beforeNano ?? 0) : null,
    reasons: Array.from(reasons.values(), addReasons)
      .filter(({ nano }) => nano !== 0)
      .toSorted((a, b) => Math.abs(b.nano) - Math.abs(a.nano) || (a.driver < b.driver ? -1 : 1)),
  };
}

function addReasons(reasons: readonly Of<Reason>[]): Reason {
  const nano = total(reasons, ({ value }) => value.nano);
  const causes = reasons
    .filter(({ value }) => Math.sign(value.nano) === Math.sign(nano))
    .toSorted((a, b) => Math.abs(b.value.nano) - Math.abs(a.value.nano));
  return {
    driver: reasons[0]!.value.driver,
    nano,
    names: causes
      .flatMap(({ cluster, value }) =>
        value.names.map((name) => (cluster === '' ? name : within(cluster, name))),
      )
      .slice(0, NAMED),
    count: total(causes, ({ value }) => value.count),
  };
}

export function addSpends(
  lists: readonly Of<readonly Spend[]>[],
  keyOf: (cluster: string, key: string) => string,
): readonly Spend[] {
  const all = lists.flatMap(({ cluster, value }) =>
    value.map((spend) => ({ cluster, value: spend })),
  );
  const byKey = Map.groupBy(all, ({ cluster, value }) => keyOf(cluster, value.key));
  return Array.from(byKey, ([key, spends]) => mergeSpend(key, spends)).toSorted(byCost);
}

export function mergeSpend(key: string, spends: readonly Of<Spend>[]): Spend {
  const values = spends.map(({ value }) => value);
  const weighed = (of: (spend: Spend) => number | null, cost: (spend: Spend) => Nano) =>
    efficiencyOfAll(
      values.flatMap((spend) => {
        const efficiency = of(spend);
        return efficiency === null ? [] : [{ cost: cost(spend), efficiency }];
      }),
    );
  return {
    key,
    ...addAmounts(spends),
    sharedNano: total(values, ({ sharedNano }) => sharedNano),
    efficiency:
      values.length === 1
        ? values[0]!.efficiency
        : weighed(
            (one) => one.efficiency,
            (one) => one.nano,
          ),
    efficiencyBefore:
      values.length === 1
        ? values[0]!.efficiencyBefore
        : weighed(
            (one) => one.efficiencyBefore,
            (one) => one.beforeNano ?? 0,
          ),
    coverage: weightedShare(values.map(({ nano, coverage }) => ({ nano, share: coverage }))),
  };
}

/** Σ cost × share / Σ cost; the smallest where nothing costs anything. */
export function weightedShare(
  parts: readonly { readonly nano: Nano; readonly share: number }[],
): number {
  const nano = total(parts, (part) => Math.max(0, part.nano));
  if (nano === 0) return Math.min(...parts.map(({ share }) => share));
  return Math.min(1, total(parts, (part) => Math.max(0, part.nano) * part.share) / nano);
}
