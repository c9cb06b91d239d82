import { LRUCache } from 'lru-cache';
import type { TimeMs } from '../../model/time.ts';
import type { CostDimension, CostSeriesQuery } from '../costTable.ts';
import type { HistorySpan } from '../history.ts';
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

/** Questions of different shape that are kept for at once, what their sums may take, and what all of them may. */
const MOST_SHAPES = 16;
const SHAPE_BYTES = 8 * 2 ** 20;
const MOST_BYTES = 128 * 2 ** 20;
/** What is held of a key and of a group takes about so much; containers come and go, and those that went are held. */
const KEY_BYTES = 64;
const GROUP_BYTES = 800;

/** Sums that questions about other spans, by the same dimensions, can use again. */
class KeptShape<Group> {
  readonly #buckets = new LRUCache<string, KeptBucket<Group>>({
    maxSize: SHAPE_BYTES,
    sizeCalculation: bytesOf,
  });

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

  /** About what it takes. */
  get bytes(): number {
    return this.#buckets.calculatedSize;
  }
}

/** The sums of cost groups; the groups are shared by all questions of the shape. */
export class KeptCosts extends KeptShape<CostGroup> {
  /** What the questions of the shape have in common; null where nothing may be kept for them. */
  readonly key: string | null;
  readonly groups: CostGroups;
  /** What the keys of containers, and of costs above windows, belong to. */
  readonly groupsOfKeys = {
    windows: new Map<number, CostGroup | null>(),
    'rolled-up': new Map<number, CostGroup | null>(),
  };
  readonly #nodesAs: Map<string, string> | null;

  constructor(query: CostSeriesQuery) {
    super();
    this.key = keyOf(query);
    this.groups = new CostGroups(query.by);
    this.#nodesAs = query.nodesAs === undefined ? null : new Map(query.nodesAs);
  }

  /** The name that a node is grouped under; it keeps that. */
  nameOf(node: string): string {
    const name = this.#nodesAs?.get(node) ?? node;
    this.#nodesAs?.set(node, name);
    return name;
  }

  /** Takes over the names of nodes that are new; false where others are, or may be, grouped under another name. */
  takes(nodesAs: ReadonlyMap<string, string> = new Map()): boolean {
    for (const [node, name] of this.#nodesAs ?? [])
      if ((nodesAs.get(node) ?? node) !== name) return false;
    for (const [node, name] of nodesAs) this.#nodesAs?.set(node, name);
    return true;
  }

  override get bytes(): number {
    const { windows, 'rolled-up': rolledUp } = this.groupsOfKeys;
    const keys = windows.size + rolledUp.size;
    return 1 + super.bytes + keys * KEY_BYTES + this.groups.size * GROUP_BYTES;
  }
}

/** The last sealed window of a history: when it ends, and when it was sealed. */
interface Seal {
  readonly end: TimeMs;
  readonly sealedAt: TimeMs | undefined;
}

/** What was added up of a history in which nothing recorded was changed meanwhile. A question keeps to one of them. */
export class KeptState {
  readonly rewritten: number;
  readonly nodes = new KeptShape<number>();
  #seal: Seal;
  readonly #shapes = new LRUCache<string, KeptCosts>({
    max: MOST_SHAPES,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  constructor(rewritten: number, seal: Seal) {
    this.rewritten = rewritten;
    this.#seal = seal;
  }

  get seal(): Seal {
    return this.#seal;
  }

  /** Sums up to this window may be added. */
  reach(seal: Seal): void {
    if (seal.end > this.#seal.end) this.#seal = seal;
  }

  /** What is kept for questions like this one, or a new shape, which `weigh` may keep. */
  shape(query: CostSeriesQuery): KeptCosts {
    const key = keyOf(query);
    const known = key === null ? undefined : this.#shapes.get(key);
    return known?.takes(query.nodesAs) === true ? known : new KeptCosts(query);
  }

  /** Weighs a shape after a question, and lets go what is too much; a new one is kept where the question was answered. */
  weigh(shape: KeptCosts, isAnswered: boolean): void {
    const { key } = shape;
    if (key === null || !(isAnswered || this.#shapes.peek(key) === shape)) return;
    this.#shapes.delete(key);
    this.#shapes.set(key, shape);
  }
}

/**
 * Sums of what sealed windows, hours and days cost, kept from one question to the next: a question reads only what was
 * sealed since. They hold until recorded costs are changed, or the history is another one (an older copy took over, a
 * backup was restored).
 */
export class KeptSums {
  #state = new KeptState(0, { end: 0, sealedAt: undefined });

  /**
   * What was added up of the history that a question reads; new where that is another one.
   *
   * @param sealedAt when the window that ends then was sealed, in that history
   */
  async holdFor(
    { rewritten, watermark }: HistorySpan,
    sealedAt: (end: TimeMs) => Promise<TimeMs | undefined>,
  ): Promise<KeptState> {
    const state = this.#state;
    const { seal } = state;
    const last = { end: watermark, sealedAt: await sealedAt(watermark) };
    const sealedThen = seal.end === watermark ? last.sealedAt : await sealedAt(seal.end);
    if (rewritten === state.rewritten && sealedThen === seal.sealedAt) {
      state.reach(last);
      return state;
    }
    return (this.#state = new KeptState(rewritten, last));
  }
}

function keyOf({ by, where = [], namespaces, nodesAs }: CostSeriesQuery): string | null {
  if (![...by, ...where.map((filter) => filter.by)].every(isFixed)) return null;
  return JSON.stringify([by, where, namespaces, nodesAs !== undefined]);
}

/** What a recorded cost belongs to for good. Labels of nodes change, and above windows no row is of one pod. */
function isFixed(dimension: CostDimension): boolean {
  return dimension !== 'pod' && dimension !== 'labels' && !dimension.startsWith('label:');
}

function bytesOf({ sums }: KeptBucket<unknown>): number {
  const [first] = sums.values();
  return 1 + sums.size * (first?.values.byteLength ?? 0);
}
