import type { Nano } from '../../model/money.ts';
import type { TimeMs } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import type { Receiver } from '../notifications/receiver.ts';
import type { Week } from './week.ts';

/**
 * The weekly digest: everything that its readers see, computed once, plain JSON, kept in
 * the history's archive (`HistoryReader.digests()`, `.digest('2026-W47')`). Renderers add nothing:
 * `renderText`, `renderDigestHtml` (a whole page), and Slack blocks.
 *
 * Money is in integer nano-units of `currency`, so that it adds up exactly:
 * Σ namespaces + idle = total = Σ owners + idle, and for every amount Σ reasons = nano − beforeNano.
 *
 * That of several clusters (`mergeDigests`) is sent and not kept: each cluster keeps its own.
 *
 * It speaks of the whole cluster: show it only to who may see every namespace; `ownerDigests` hold what
 * one owner may see. Messages link to its page as `/digests/2026-W47`.
 */
export interface Digest {
  readonly version: 1;
  readonly cluster: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly priceBasis: 'list' | 'contracted' | 'effective';
  readonly timezone: string;
  readonly week: Week;
  /** Wall clock of its making. */
  readonly generatedAt: TimeMs;
  /** Set when it comes after downtime. */
  readonly late: Late | null;
  readonly comparison: WeekComparison;
  readonly coverage: Coverage;
  readonly total: Amount;
  /** What each cluster cost, idle included; only in the digest of several. */
  readonly clusters?: readonly Spend[];
  /** By cost, the dearest first. Shared namespaces and fixed fees are spread as `costs` spreads them. */
  readonly namespaces: readonly Spend[];
  readonly owners: readonly Spend[];
  /** What the nodes cost beyond their allocations; may be negative. */
  readonly idle: Amount;
  /** What the week's days cost, for charts: the dearest namespaces, the others together, idle. */
  readonly days: DailySpend;
  readonly efficiency: EfficiencyTrend;
  readonly forecast: readonly ForecastLine[];
  readonly savings: DigestSavings;
  readonly abuse: Attention;
  readonly posture: PostureLine;
  /** Other findings by kind: opened and resolved in the week, open at its end. */
  readonly findings: readonly FindingCount[];
  readonly missingOwners: OwnerGaps;
  readonly prices: PriceNews;
  readonly ownerDigests: readonly OwnerDigest[];
}

/** Why a digest is late, and which weeks never had one. */
export interface Late {
  readonly dueAt: TimeMs;
  /** Earlier weeks without a digest, because Burnwatch was not running; oldest first. */
  readonly missed: readonly string[];
}

/** What the week is compared with. */
export interface WeekComparison {
  readonly week: Week;
  /** `whole`: figures are compared. `none`: the history does not reach so far back. */
  readonly state: 'whole' | 'none';
  /** What a reader must know of it, in a plain sentence; null when there is nothing. */
  readonly note: string | null;
  /** Share of the week before that was seen, 0..1. */
  readonly coverage: number;
}

export interface Coverage {
  /** Share of the week's expected samples that were seen, 0..1. */
  readonly share: number;
  /** Stretches without whole data, the longest first; at most ten. */
  readonly gaps: readonly Gap[];
  /** How many gaps there are, and how long together. */
  readonly gapCount: number;
  readonly gapMs: number;
  /** When the history begins, if that is within the week. */
  readonly begins: TimeMs | null;
  /** True when windows may still be filled or scaled to a bill. */
  readonly provisional: boolean;
}

export interface Gap {
  readonly start: TimeMs;
  readonly end: TimeMs;
  /** Mean coverage of its windows, 0..1. */
  readonly share: number;
  /** What was missing, by the windows; empty when nothing was sealed. */
  readonly problem: string;
}

/**
 * Why an amount changed:
 *
 * - `new-workloads`, `gone-workloads`: there is nothing of them in the other week;
 * - `hours`: the weeks differ in the hours that were seen (an outage, a change of clocks);
 * - `spikes`: days beyond twice the workload's median day;
 * - `replicas`: more pods, or longer lives; `requests`: each pod asks for more; `usage`: each pod uses more
 *   beyond its request;
 * - `node-mix`: pods run on dearer kinds of node; `node-prices`: the same kinds of node cost more;
 * - `storage`, `network`, `load-balancers`: these; `shared`: their part of shared namespaces and fixed fees;
 * - `new-clusters`: all of a cluster that has no week before;
 * - `nodes`, `allocated`: for what is idle, more nodes, and more of them asked for;
 * - `remainder`: what none of these explains.
 */
export type Driver =
  | 'new-workloads'
  | 'gone-workloads'
  | 'hours'
  | 'spikes'
  | 'replicas'
  | 'requests'
  | 'usage'
  | 'node-mix'
  | 'node-prices'
  | 'storage'
  | 'network'
  | 'load-balancers'
  | 'shared'
  | 'new-clusters'
  | 'nodes'
  | 'allocated'
  | 'remainder';

/** One part of a change. */
export interface Reason {
  readonly driver: Driver;
  /** Signed: what it adds. */
  readonly nano: Nano;
  /** The workloads (`namespace/Kind/name`) or nodes that weigh most in it, heaviest first; at most three. */
  readonly names: readonly string[];
  /** How many there are. */
  readonly count: number;
}

/** Money of the week, of the week before (null: nothing to compare with), and why it changed. */
export interface Amount {
  readonly nano: Nano;
  readonly beforeNano: Nano | null;
  /** Largest first by size; they add up to the change exactly; empty without a comparison. */
  readonly reasons: readonly Reason[];
}

/** What a namespace, an owner or a cluster spent. */
export interface Spend extends Amount {
  /** The namespace or owner; `__unallocated__` for what has no owner. */
  readonly key: string;
  /** Part of `nano`: shared namespaces and fixed fees. */
  readonly sharedNano: Nano;
  /** Cost of used / cost of requested; null where nothing was requested. */
  readonly efficiency: number | null;
  readonly efficiencyBefore: number | null;
  /** Share of the expected samples that were seen, 0..1. */
  readonly coverage: number;
}

export interface DailySpend {
  /** Starts of the local days, oldest first: the week before (where known) and the week. */
  readonly days: readonly TimeMs[];
  readonly series: readonly {
    readonly key: string;
    /** One for each day. */
    readonly nano: readonly Nano[];
  }[];
}

export interface EfficiencyTrend {
  /** Oldest first, up to eight; null where a week is not in the history as a whole. */
  readonly weeks: readonly {
    readonly name: string;
    readonly efficiency: number | null;
    /** Idle share of what the nodes cost, 0..1; may be negative. */
    readonly idleShare: number | null;
    /** What both are shares of: CPU and memory that containers were charged for, and the nodes. */
    readonly allocatedNano: Nano;
    readonly nodesNano: Nano;
  }[];
}

/** Forecast to the month's end (UTC) of the cluster or of a budget; units of currency. */
export interface ForecastLine {
  /** Null: the whole cluster. */
  readonly budget: { readonly kind: 'namespace' | 'owner'; readonly key: string } | null;
  /** Set for a budget over all clusters. */
  readonly across?: true;
  /** `2026-11`. */
  readonly month: string;
  /** Null where none is configured. */
  readonly monthly: number | null;
  readonly spent: number;
  /** With its 80 % interval; null with less than three whole days. */
  readonly expected: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Recommendations worth saying. Units of currency a month. */
export interface DigestSavings {
  /** All of them together: what requests would cost less. */
  readonly perMonth: number;
  readonly count: number;
  /** Money that leaves the bill when nodes can go; null where that is not known. */
  readonly nodesPerMonth: number | null;
  readonly removableNodes: number | null;
  /** Smaller savings are left out. */
  readonly floor: number;
  readonly top: readonly Saving[];
  /** Why there are none, or what to mind; null when there is nothing to say. */
  readonly note: string | null;
}

/** One workload's recommendation with its patch. */
export interface Saving {
  /** In the digest of several clusters. */
  readonly cluster?: string;
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly owner: string | null;
  readonly perMonth: number;
  /** `app: CPU 2 → 350m, memory 4Gi → 1Gi`, one line a container. */
  readonly changes: readonly string[];
  readonly confidence: string;
  readonly notes: readonly string[];
  /** A shell command, or comments where the manifest belongs to Helm, Argo CD or Flux. */
  readonly patch: string;
}

/** Abuse in a line: how many opened and were resolved in the week, and are open at its end. */
export interface Attention {
  readonly opened: number;
  readonly resolved: number;
  readonly open: number;
  /** Critical ones among those that opened or are open; what these have cost, nano-units. */
  readonly critical: number;
  readonly costNano: Nano;
  /** Where they are: `namespace/Kind/name`, most severe first; at most three. */
  readonly worst: readonly string[];
}

export interface PostureLine {
  /** Mean score over namespaces at the week's end and a week before, 0..100; null: unknown. */
  readonly score: number | null;
  readonly scoreBefore: number | null;
  readonly namespaces: number;
  /** Namespaces of which too little is known for a grade: in none of the other figures. */
  readonly ungraded: number;
  /** The lowest scores; at most three. */
  readonly lowest: readonly { readonly namespace: string; readonly score: number }[];
  readonly fell: readonly string[];
  /** What belongs to no namespace, and who can become cluster-admin; absent where access was not reviewed. */
  readonly cluster?: {
    readonly score: number;
    readonly scoreBefore: number | null;
    readonly adminWays: number;
  };
  /** Failures of each list over all places, and a week before; absent where they were not counted. */
  readonly lists?: readonly {
    readonly scope: string;
    readonly failed: number;
    readonly before: number | null;
  }[];
}

export interface FindingCount {
  readonly kind: string;
  readonly opened: number;
  readonly resolved: number;
  readonly open: number;
}

/** Owners that are missing or cannot be reached: each is named once, in its first digest. */
export interface OwnerGaps {
  /** Namespaces whose spend has no owner. */
  readonly unowned: readonly string[];
  readonly unownedNano: Nano;
  /** Owners that no channel, user or address is known for. */
  readonly unreachable: readonly string[];
  /** Those of both that an earlier digest did not name yet. */
  readonly news: readonly string[];
}

export interface PriceNews {
  /** Nodes that nothing priced: they count as free. */
  readonly unpriced: readonly string[];
  /** Nodes priced at flat rates, where no price list knew them. */
  readonly flat: number;
  readonly nodes: number;
  /** Sources and instance types first seen in this week: `m7g.large by price list`. */
  readonly fresh: readonly string[];
}

/** The digest of one owner, with their workloads only. */
export interface OwnerDigest {
  readonly owner: string;
  /** Null when no channel reaches the owner. */
  readonly receiver: Receiver | null;
  readonly spend: Spend;
  readonly namespaces: readonly Spend[];
  /** The dearest workloads: `namespace/Kind/name`; at most five. */
  readonly workloads: readonly {
    readonly key: string;
    readonly nano: Nano;
    readonly beforeNano: Nano | null;
  }[];
  readonly budgets: readonly ForecastLine[];
  readonly savings: DigestSavings;
  readonly findings: readonly FindingCount[];
}
