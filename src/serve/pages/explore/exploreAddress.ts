import { z } from 'zod';
import { formatCostFilter } from '../../../store/costFilter.ts';
import type { CostDimension, CostFilter } from '../../../store/costTable.ts';
import { exploreQuery } from '../../api/explore.ts';
import { textsIn } from '../route.ts';

/** What the explorer shows, as its address says it. */
export interface ExploreAddress {
  /** A span such as `7d`; undefined where `from` and `to` are given. */
  readonly window?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly by: readonly CostDimension[];
  readonly filter: readonly CostFilter[];
  readonly idle: 'separate' | 'share';
  readonly shared: 'spread' | 'show';
  readonly sort: z.output<typeof exploreQuery>['sort'];
  readonly order: 'asc' | 'desc';
  readonly offset: number;
}

const PATH = '/explore';
const DEFAULTS: ExploreAddress = {
  window: '7d',
  by: ['namespace'],
  filter: [],
  idle: 'separate',
  shared: 'spread',
  sort: 'cost',
  order: 'desc',
  offset: 0,
};

const addressSchema = exploreQuery
  .omit({ format: true })
  .extend({ offset: z.coerce.number().int().min(0).max(1_000_000).default(0) });

export interface ReadAddress {
  readonly address: ExploreAddress;
  /** What could not be read; the defaults stand in for all of it. */
  readonly problems: readonly string[];
}

/**
 * Reads an address, also as the form sends it: empty fields count as none, dates go before a span, and the parts of a new
 * filter (`what`, `how`, `value`) make one.
 */
export function readAddress(queries: Readonly<Record<string, readonly string[]>>): ReadAddress {
  const texts = textsIn(queries);
  const one = (name: string) => texts(name)[0];
  const [what, how = '=', value = ''] = [one('what'), one('how'), one('value')];
  const from = one('from');
  const added = what === undefined ? [] : [`${what}${how}${JSON.stringify(value)}`];
  const given = {
    ...(from === undefined ? { window: one('window') ?? '7d' } : { from, to: one('to') }),
    by: [...new Set(texts('by').flatMap((text) => text.split(',')))].join(',') || undefined,
    filter: [...texts('filter'), ...added],
    ...Object.fromEntries(
      ['idle', 'shared', 'sort', 'order', 'offset'].map((name) => [name, one(name)]),
    ),
  };
  const { success, data, error } = addressSchema.safeParse(given);
  if (success) return { address: data, problems: [] };
  const problems = error.issues.map(
    ({ path, message }) => `${path[0]?.toString() ?? ''}: ${message}`,
  );
  return { address: DEFAULTS, problems };
}

/** The address of a view: what is as usual is left out. */
export function exploreHref(address: ExploreAddress, path = PATH): string {
  const { by, filter, offset, window, from, to, ...rest } = address;
  const query = new URLSearchParams();
  if (from === undefined) query.set('window', window ?? '7d');
  else query.set('from', from);
  if (from !== undefined && to !== undefined) query.set('to', to);
  query.set('by', by.join(','));
  for (const one of filter) query.append('filter', formatCostFilter(one));
  for (const [name, value] of Object.entries(rest))
    if (value !== DEFAULTS[name as keyof ExploreAddress]) query.set(name, value);
  if (offset > 0) query.set('offset', String(offset));
  return `${path}?${query.toString()}`;
}

/** What is inside of what: the next step down. */
const INSIDE: Readonly<Partial<Record<string, CostDimension>>> = {
  cluster: 'namespace',
  namespace: 'workload',
  workload: 'container',
  pod: 'container',
};

/** The address of what a row is made of; null where nothing is finer. */
export function insideOf(address: ExploreAddress, parts: readonly string[]): string | null {
  const { by, filter } = address;
  const last = by.at(-1);
  if (last === undefined || last === 'container' || parts.length !== by.length) return null;
  const chosen = by.flatMap((dimension, index): readonly CostFilter[] =>
    dimension === 'cluster' ? [] : [{ by: dimension, operator: '=', value: parts[index] ?? '' }],
  );
  const kept = filter.filter((one) => !chosen.some((other) => other.by === one.by));
  const next = { by: [INSIDE[last] ?? 'workload'], filter: [...kept, ...chosen], offset: 0 };
  return exploreHref({ ...address, ...next });
}
