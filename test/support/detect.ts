import { configSchema, type Config } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import { allocate } from '../../src/cost/allocate.ts';
import { configuredEvents } from '../../src/detect/planned/plannedEvents.ts';
import { plannedIn } from '../../src/model/plannedEvent.ts';
import { aSnapshot } from './cost.ts';
import type { NodePrice, WindowCosts } from '../../src/model/cost.ts';
import type { Scope, Verdict } from '../../src/model/finding.ts';
import { toNano } from '../../src/model/money.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { TimeMs } from '../../src/model/time.ts';
import { NO_SIGNALS, type SignalsSeen } from '../../src/detect/signals/signalMemory.ts';
import type { DetectContext, Detector } from '../../src/detect/detector.ts';
import type { DetectorState } from '../../src/store/stateCodec.ts';

/** Runs a detector over windows that are made of nothing but what namespaces cost. For tests. */
export class DetectorRun<S> {
  readonly rows = new Map<string, S>();
  readonly open = new Set<string>();
  /** First time that each finding opened and closed, as `TIME rule subject`. */
  readonly opened: { readonly at: TimeMs; readonly verdict: Verdict }[] = [];
  readonly closed: { readonly at: TimeMs; readonly verdict: Verdict }[] = [];
  readonly config: Config;
  /** Events of other tools that the next window takes up. */
  signals: SignalsSeen = NO_SIGNALS;
  private readonly detector: Detector<S>;
  private readonly historyStart: TimeMs;
  private readonly ownerOf: (scope: Scope) => string | null;
  private readonly thresholds: object;

  constructor(
    detector: Detector<S>,
    options: {
      readonly historyStart: TimeMs;
      readonly config?: object;
      readonly ownerOf?: (scope: Scope) => string | null;
      /** The shipped ones when left out. */
      readonly thresholds?: object;
    },
  ) {
    this.detector = detector;
    this.historyStart = options.historyStart;
    this.config = configSchema.parse(options.config ?? {});
    this.thresholds = options.thresholds ?? loadThresholds([]);
    this.ownerOf = options.ownerOf ?? (() => null);
  }

  /** One window in which each namespace cost so many units of currency. */
  window(
    start: TimeMs,
    end: TimeMs,
    spend: Readonly<Record<string, number>>,
    change: Partial<Snapshot> = {},
    price?: NodePrice | ((node: string) => NodePrice),
  ): readonly Verdict[] {
    const state: DetectorState<S> = {
      get: (key) => this.rows.get(key),
      set: (key, value) => void this.rows.set(key, this.stored(value)),
      delete: (key) => void this.rows.delete(key),
      entries: () => new Map(this.rows),
    };
    const unattached = Object.entries(spend).map(([namespace, units]) => ({
      namespace,
      name: 'all',
      kind: 'volume' as const,
      nano: toNano(units),
    }));
    const snapshot = aSnapshot({ window: { start, end }, ...change });
    const context: DetectContext = {
      snapshot,
      costs: { ...this.priced(snapshot, price), unattached },
      config: this.config,
      thresholds: this.thresholds,
      historyStart: this.historyStart,
      ownerOf: this.ownerOf,
      podOwners: () => new Map(),
      planned: (scope) => plannedIn(configuredEvents(this.config.events), scope, snapshot.window),
      signals: this.signals,
      isOpen: (kind, rule, scope) => this.open.has(printOf({ kind, rule, scope })),
    };
    const verdicts = this.detector.detect(context, state);
    for (const verdict of verdicts) this.note(verdict, end);
    return verdicts;
  }

  /** What the pods cost at that price of every node, or of each; nothing without one. */
  private priced(
    snapshot: Snapshot,
    price?: NodePrice | ((node: string) => NodePrice),
  ): Omit<WindowCosts, 'unattached'> {
    if (price === undefined) return { allocations: [], nodes: [] };
    const priceOf = typeof price === 'function' ? price : () => price;
    const prices = new Map(snapshot.nodes.map(({ name }) => [name, priceOf(name)]));
    return allocate(snapshot, prices, this.config.pricing);
  }

  /** Through the codec and back, as between two runs of the daemon. */
  private stored(value: S): S {
    return this.detector.codec.decode(this.detector.codec.encode(value));
  }

  private note(verdict: Verdict, at: TimeMs): void {
    const print = printOf(verdict);
    if (verdict.status === 'firing' && !this.open.has(print)) {
      this.open.add(print);
      this.opened.push({ at, verdict });
    }
    if (verdict.status === 'clear' && this.open.delete(print)) this.closed.push({ at, verdict });
  }
}

function printOf({ kind, rule, scope }: Pick<Verdict, 'kind' | 'rule' | 'scope'>): string {
  return JSON.stringify([kind, rule, scope]);
}

/** A reproducible source of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box–Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
