import type { Nano } from '../../model/money.ts';
import { windowHours, type Window } from '../../model/time.ts';
import { splitNano } from '../../cost/exact.ts';
import { fieldOf, keyOf, UNMOUNTED, type Keyed } from './aggregate.ts';
import { totalNano } from './allocationJson.ts';
import { matchesFilter } from './filter/matchesFilter.ts';
import type { OpenCostQuery } from './parseQuery.ts';

/**
 * Takes what is to be shared out of the allocations and says what each key carries of it: by what it costs, or
 * evenly. Keys are weighed before anything is filtered out, so that a filter never changes what an allocation
 * costs; unmounted volumes carry nothing (opencost core/pkg/opencost/allocation.go, `computeShareCoeffs`).
 *
 * @param tenancyNano the fixed fees of the window.
 */
export function shareOut(
  keyed: readonly Keyed[],
  window: Window,
  { sharing, fields, filter, now }: OpenCostQuery,
  tenancyNano: Nano,
): { readonly rest: readonly Keyed[]; readonly carried: ReadonlyMap<string, Nano> } {
  if (sharing === null) return { rest: keyed, carried: new Map() };
  const isShared = (each: Keyed): boolean =>
    sharing.what !== null && matchesFilter(sharing.what, fieldOf(each));
  const rest = keyed.filter((each) => !isShared(each));
  const hours = windowHours({ start: window.start, end: Math.min(window.end, now) });
  const shared = keyed.filter(isShared).reduce((sum, { sums }) => sum + totalNano(sums), 0);
  const toShare =
    shared +
    Math.round(sharing.nanoPerHour * Math.max(0, hours)) +
    (sharing.tenancy ? tenancyNano : 0);
  const weights = new Map<string | null, number>();
  for (const each of rest) {
    if (each.sums.properties.container === UNMOUNTED) continue;
    // Null: what the filter leaves out carries its part all the same.
    const key = matchesFilter(filter, fieldOf(each)) ? keyOf(fields, each) : null;
    const before = weights.get(key) ?? 0;
    weights.set(key, sharing.split === 'even' ? 1 : before + totalNano(each.sums));
  }
  const parts = splitNano(toShare, [...weights.values()]);
  const carried = [...weights.keys()].map((key, index) => [key, parts[index] ?? 0] as const);
  return {
    rest,
    carried: new Map(carried.filter((entry): entry is [string, Nano] => entry[0] !== null)),
  };
}
