import { LRUCache } from 'lru-cache';
import type { TimeMs } from '../../model/time.ts';
import type { CostDimension, CostSeriesQuery } from '../costTable.ts';
import { CostGroups, type CostGroup } from './costGroups.ts';
import type { SlotSums } from './slotSums.ts';

/** The sums of a bucket's slots, by what they belong to. */
export type BucketSums<Group> = ReadonlyMap<Group, SlotSums>;

/** What was added up of a bucket. It is never changed: other questions may be reading it. */
export interface KeptBucket<Group> {
  /** So many of its slots are sealed and in the sums. */
  readonly slots: number;
  readonly sums: BucketSums<Group>;
}

/** The buckets of one level that are kept. */
export interface KeptBuckets<Group> {
  get(bucket: TimeMs): KeptBucket<Group> | undefined;
  /** False where it is too large to be kept. */
  put(bucket: TimeMs, read: KeptBucket<Group>): boolean;
}

type Level = 'days' | 'hours' | 'windows';

/** Questions of different shape that are kept for at once, and what each of them may take. */
const MOST_SHAPES = 16;
const SHAPE_BYTES = 8 * 2 ** 20;
/** Keys whose groups are held; containers come and go, and those that went are held until then. */
const MOST_KEYS = 200_000;

/** Sums that questions about other spans, by the same dimensions, can use again. */
export class KeptShape<Group> {
  readonly #buckets = new LRUCache<string, KeptBucket<Group>>({
    maxSize: SHAPE_BYTES,
    sizeCalculation: bytesOf,
  });
  /** What the keys of containers, and of costs above windows, belong to. */
  readonly groupsOfKeys = {
    windows: new Map<number, Group | null>(),
    'rolled-up': new Map<number, Group | null>(),
  };

  level(level: Level): KeptBuckets<Group> {
    return {
      get: (bucket) => this.#buckets.get(`${level} ${bucket}`),
      put: (bucket, read) => {
        if (bytesOf(read) > SHAPE_BYTES / 2) return false;
        this.#buckets.set(`${level} ${bucket}`, read);
        return true;
      },
    };
  }
}

/** The sums of cost groups; the groups are shared by all questions of the shape. */
export class KeptCosts extends KeptShape<CostGroup> {
  readonly groups: CostGroups;
  readonly nodesAs: ReadonlyMap<string, string>;

  constructor({ by, nodesAs = new Map() }: Pick<CostSeriesQuery, 'by' | 'nodesAs'>) {
    super();
    this.groups = new CostGroups(by);
    this.nodesAs = nodesAs;
  }

  /** False where what was added up counts nodes under other names. */
  fits(nodesAs: ReadonlyMap<string, string> = new Map()): boolean {
    for (const [node, name] of this.nodesAs) if (nodesAs.get(node) !== name) return false;
    return this.groupsOfKeys.windows.size + this.groupsOfKeys['rolled-up'].size < MOST_KEYS;
  }
}

/**
 * Sums of what sealed windows, hours and days cost, kept from one question to the next: a question reads only what was
 * sealed since. They hold until recorded costs are changed.
 */
export class KeptSums {
  #rewritten = 0;
  #shapes = new LRUCache<string, KeptCosts>({ max: MOST_SHAPES });
  #nodes = new KeptShape<number>();

  /** Forgets what was added up before recorded costs were changed. @param rewritten see `HistorySpan` */
  holdFor(rewritten: number): void {
    if (rewritten === this.#rewritten) return;
    this.#rewritten = rewritten;
    this.#shapes = new LRUCache<string, KeptCosts>({ max: MOST_SHAPES });
    this.#nodes = new KeptShape<number>();
  }

  get nodes(): KeptShape<number> {
    return this.#nodes;
  }

  /** What is kept for questions like this one; null where nothing may be. */
  shape(query: CostSeriesQuery): KeptCosts | null {
    const { by, where = [], namespaces, nodesAs } = query;
    if (![...by, ...where.map((filter) => filter.by)].every(isFixed)) return null;
    const key = JSON.stringify([by, where, namespaces, nodesAs !== undefined]);
    const known = this.#shapes.get(key);
    if (known?.fits(nodesAs) === true) return known;
    const shape = new KeptCosts(query);
    this.#shapes.set(key, shape);
    return shape;
  }
}

/** What a recorded cost belongs to for good. Labels of nodes change, and above windows no row is of one pod. */
function isFixed(dimension: CostDimension): boolean {
  return dimension !== 'pod' && dimension !== 'labels' && !dimension.startsWith('label:');
}

function bytesOf({ sums }: KeptBucket<unknown>): number {
  const [first] = sums.values();
  return 1 + sums.size * (first?.values.byteLength ?? 0);
}
