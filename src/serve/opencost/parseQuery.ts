import { QuestionRefused } from '../questions/answerContext.ts';
import { toNano, type Nano } from '../../model/money.ts';
import { DAY_MS, HOURS_PER_MONTH, type TimeMs, type Window } from '../../model/time.ts';
import {
  allOf,
  anyOf,
  filterBy,
  filterControllers,
  filterLabels,
} from './filter/filterParameters.ts';
import type { Filter } from './filter/filterForm.ts';
import { parseAssetFilter, parseFilter } from './filter/parseFilter.ts';
import { ALIASES, parseAggregate, type AggregateField } from './parseAggregate.ts';
import { accumulate, cutSets, step } from './cutSets.ts';
import { parseWindow } from './parseWindow.ts';
import {
  amount,
  countOrNone,
  flag,
  only,
  oneOf,
  readParameters,
  asIs,
  type Parse,
  type Parsed,
} from './readParameters.ts';

/** What is shared out over the allocations that remain. */
export interface Sharing {
  /** The allocations that are shared out; null for none. */
  readonly what: Filter | null;
  /** An overhead that is shared as well, per hour. */
  readonly nanoPerHour: Nano;
  /** Whether the fixed fees of the configuration (`pricing.fixed`) are shared as well. */
  readonly tenancy: boolean;
  readonly split: 'weighted' | 'even';
}

/** Which allocations of a set are shown, and in which order. */
export interface Excerpt {
  readonly offset: number;
  readonly limit: number | null;
  /** A field of the answer to order by; empty: by name. */
  readonly sortBy: string;
  readonly descending: boolean;
}

export interface OpenCostQuery {
  readonly window: Window;
  /** One answer for each, oldest first. */
  readonly sets: readonly Window[];
  readonly fields: readonly AggregateField[];
  readonly includeIdle: boolean;
  readonly shareIdle: boolean;
  readonly idleByNode: boolean;
  /** Labels that all parts of an allocation share, as its own. */
  readonly metadata: boolean;
  /** How much of each node an allocation takes. */
  readonly shareOfNodes: boolean;
  /** Which allocations are wanted; null for all. */
  readonly filter: Filter | null;
  /** Null where nothing is shared. */
  readonly sharing: Sharing | null;
  readonly excerpt: Excerpt;
  readonly now: TimeMs;
}

const MAX_SPAN_MS = 400 * DAY_MS;

const notKept = (what: string): string =>
  `${what} are not kept in the history of costs; use labels, controllers or namespaces`;

/**
 * Every parameter of `/allocation` and how its text is read: OpenCost's (opencost pkg/costmodel/aggregation.go,
 * `ComputeAllocationHandler`), then Kubecost's, which kubectl-cost and scripts send to OpenCost as well.
 */
const ALLOCATION = {
  window: asIs,
  filter: parseFilter,
  aggregate: parseAggregate,
  step,
  accumulate,
  accumulateBy: accumulate,
  // The history's windows are the resolution: a finer or a coarser one has the same costs.
  resolution: step,
  includeIdle: flag,
  idle: flag,
  shareIdle: flag,
  idleByNode: flag,
  includeAggregatedMetadata: flag,
  includeProportionalAssetResourceCosts: flag,
  sharelb: flag,
  // OpenCost's UI names the figures that it will show: the answer has all of them.
  metrics: asIs,
  filterClusters: filterBy('cluster'),
  filterNodes: filterBy('node'),
  filterNamespaces: filterBy('namespace'),
  filterControllers,
  filterControllerKinds: filterBy('controllerKind'),
  filterPods: filterBy('pod'),
  filterContainers: filterBy('container'),
  filterLabels,
  filterDepartments: filterBy(ALIASES.get('department')!),
  filterEnvironments: filterBy(ALIASES.get('environment')!),
  filterProducts: filterBy(ALIASES.get('product')!),
  filterTeams: filterBy(ALIASES.get('team')!),
  filterOwners: filterBy('owner'),
  filterAnnotations: only([], notKept('annotations')),
  filterServices: only([], notKept('the services of pods')),
  shareNamespaces: filterBy('namespace'),
  shareLabels: filterLabels,
  shareCost: amount,
  shareTenancyCosts: flag,
  shareSplit: oneOf('weighted', 'even'),
  offset: countOrNone,
  limit: countOrNone,
  sort: asIs,
  sortBy: asIs,
  sortByOrder: oneOf('desc', 'asc'),
  external: only(['false', '0'], 'Burnwatch has no costs from outside the cluster'),
  reconcile: only(['false', '0'], 'set pricing.basis to effective and import bills'),
  reconcileNetwork: only(['false', '0'], 'set pricing.basis to effective and import bills'),
  splitIdle: only(['false', '0'], 'ask /assets for the idle of each node'),
  includeSharedCostBreakdown: only(['false', '0'], 'ask for the shared namespaces by themselves'),
  costUnit: only(['cumulative'], 'divide totalCost by the hours of the window'),
  format: only(['json'], 'use /api/v1/costs?format=csv'),
} as const satisfies Readonly<Record<string, Parse<unknown>>>;

/** `/assets` shows each asset by itself: OpenCost leaves these four without effect there, and its UI sends them. */
const ASSETS = {
  window: asIs,
  filter: parseAssetFilter,
  aggregate: asIs,
  accumulate,
  step,
  includeIdle: flag,
  filterTypes: filterBy('type'),
  filterNames: filterBy('name'),
  filterClusters: filterBy('cluster'),
  filterProviderIDs: filterBy('provider'),
  filterLabels: only([], 'use filter=name:"NODE"'),
} as const satisfies Readonly<Record<string, Parse<unknown>>>;

/** Reads the parameters of `/allocation` and its summary. @throws QuestionRefused with what is wrong. */
export function parseQuery(params: URLSearchParams, now: TimeMs): OpenCostQuery {
  const asked = readParameters(params, ALLOCATION);
  const window = windowOf(asked.window, now);
  const includeIdle = asked.includeIdle || asked.idle;
  const shareOfNodes = asked.includeProportionalAssetResourceCosts;
  if (shareOfNodes && !includeIdle) {
    throw new QuestionRefused(
      'bad request - includeIdle must be set true if includeProportionalAssetResourceCosts is true',
    );
  }
  if (shareOfNodes && asked.sharelb) {
    throw new QuestionRefused(
      'sharelb changes the shares of load balancers in includeProportionalAssetResourceCosts, which are not known; ask for one of them',
    );
  }
  const { sharelb: _, offset, limit, sort, sortBy, sortByOrder } = asked;
  return {
    window,
    sets: cutSets(window, asked.accumulateBy ?? asked.accumulate ?? 'none', asked.step),
    fields: asked.aggregate,
    includeIdle,
    shareIdle: asked.shareIdle,
    idleByNode: asked.idleByNode,
    metadata: asked.includeAggregatedMetadata,
    shareOfNodes,
    filter: allOf([asked.filter, ...legacyFilters(asked)]),
    sharing: sharingOf(asked),
    excerpt: {
      offset: offset ?? 0,
      limit,
      sortBy: sortBy || sort,
      descending: sortByOrder === 'desc',
    },
    now,
  };
}

function legacyFilters(asked: Parsed<typeof ALLOCATION>): readonly (Filter | null)[] {
  const names = Object.keys(asked) as (keyof typeof asked)[];
  return names.filter((name) => /^filter./.test(name)).map((name) => asked[name] as Filter | null);
}

function sharingOf(asked: Parsed<typeof ALLOCATION>): Sharing | null {
  const what = anyOf([asked.shareNamespaces, asked.shareLabels].filter((each) => each !== null));
  const { shareCost, shareTenancyCosts: tenancy, shareSplit: split } = asked;
  if (what === null && shareCost === 0 && !tenancy) return null;
  return { what, nanoPerHour: toNano(shareCost / HOURS_PER_MONTH), tenancy, split };
}

/** The span and the filter of a question about assets. */
export interface AssetQuery {
  readonly window: Window;
  readonly filter: Filter | null;
}

/** Reads the parameters of `/assets`. @throws QuestionRefused with what is wrong. */
export function parseAssetQuery(params: URLSearchParams, now: TimeMs): AssetQuery {
  const asked = readParameters(params, ASSETS);
  const { filterTypes, filterNames, filterClusters, filterProviderIDs } = asked;
  return {
    window: windowOf(asked.window, now),
    filter: allOf([asked.filter, filterTypes, filterNames, filterClusters, filterProviderIDs]),
  };
}

function windowOf(asked: string, now: TimeMs): Window {
  const window = parseWindow(asked, now);
  if (window === null || window.start >= window.end) {
    throw new QuestionRefused(
      `illegal window: "${asked}"; use today, yesterday, week, month, lastweek, lastmonth, a duration ` +
        `such as 24h or 7d, or a pair of RFC 3339 or Unix times`,
    );
  }
  if (window.end - window.start > MAX_SPAN_MS) {
    throw new QuestionRefused(`illegal window: at most ${MAX_SPAN_MS / DAY_MS} days at once`);
  }
  return window;
}
