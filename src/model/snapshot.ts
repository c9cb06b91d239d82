import type { MeasuredShares } from './coverage.ts';
import type { ClusterObjects, WorkloadObject } from './clusterObjects.ts';
import type { Amounts, PodHold } from './podHold.ts';
import type { Reading } from './reading.ts';
import type { Resources } from './resources.ts';
import type { PodSpecFacts } from './podSpec.ts';
import type { ControlPlaneReading } from './controlPlane.ts';
import type { Severity } from './finding.ts';
import type { Signal } from './signal.ts';
import type { TimeMs, Window } from './time.ts';
import type { WorkloadRef } from './workload.ts';

/** A workload of another cluster that looks like mining. */
export interface SuspectElsewhere {
  readonly cluster: string;
  readonly findingId: string;
  /** Its image, without tag and digest. */
  readonly image: string;
  readonly severity: Severity;
  readonly score: number;
  /** Where it runs, for people. */
  readonly place: string;
  readonly startedAt: TimeMs;
  /** Units of currency. */
  readonly costPerMonth: number | null;
}

/** What other clusters spent under a budget in a month (`2026-11`), and will by its end; units of currency. */
export interface SpentElsewhere {
  readonly month: string;
  readonly spent: number;
  /** With its 80 % interval and the part put in for days before the history began; null: not known. */
  readonly forecast: {
    readonly spent: number;
    readonly unseen: number;
    readonly expected: number;
    readonly low: number;
    readonly high: number;
  } | null;
}

/**
 * Everything that was observed about one window: the only thing that pricing and detection see.
 * It is immutable and complete; code that is given one reads neither Prometheus nor SQL nor a clock.
 * Lists are sorted by identity, so that the same data always gives the same answer.
 *
 * All rates and sizes are averages over the *whole* window unless the name says otherwise, so that
 * value × window length is the amount, also for a pod that lived three minutes of five.
 */
export interface Snapshot {
  readonly cluster: string;
  readonly window: Window;
  readonly nodes: readonly NodeSample[];
  readonly pods: readonly PodSample[];
  readonly namespaces: ReadonlyMap<string, NamespaceFacts>;
  /** Others that the Kubernetes API or a file lists, observed close to this window; absent where neither does. */
  readonly emptyNamespaces?: readonly NamespaceFacts[];
  /**
   * Labels and annotations of workloads themselves, by `NAMESPACE/KIND/NAME`, as the Kubernetes API or a
   * file gave them last; absent where neither did. Replicas of the moment are in `objects`.
   */
  readonly workloads?: ReadonlyMap<string, WorkloadObject>;
  readonly volumes: readonly VolumeSample[];
  readonly loadBalancers: readonly LoadBalancerSample[];
  /** What Karpenter says that machines cost, where it exports it. */
  readonly offerings?: readonly Offering[];
  /** Other objects of the cluster, observed close to this window; absent where no source lists them. */
  readonly objects?: ClusterObjects | null;
  /** What the components that run the cluster export; absent where Prometheus scrapes none of them. */
  readonly controlPlane?: readonly ControlPlaneReading[];
  /** Events of other tools that this window takes up, in the order of their times; absent where there are none. */
  readonly signals?: readonly Signal[];
  /** What other clusters suspect at this window’s end; absent where this cluster does not speak for all. */
  readonly suspectsElsewhere?: readonly SuspectElsewhere[];
  /**
   * What other clusters had spent by this window’s end under budgets over all clusters (`cost/budgets/spentElsewhere.ts`);
   * absent where this cluster does not watch them, or where it is unknown.
   */
  readonly spentElsewhere?: Readonly<Record<string, SpentElsewhere>>;
  /** Share of the time that containers and pods lived which samples cover, 0..1 (see docs/architecture.md, "Coverage"). */
  readonly coverage: number;
  /** True when nothing that the window needs is missing; an incomplete window is read again. */
  readonly complete: boolean;
  readonly problems: readonly DataProblem[];
  /** Expected samples per window, carried to the next window (see docs/architecture.md, "Coverage"). */
  readonly expectedSamples: ExpectedSamples;
  /** Units a second by the name of their unit cost; null where nothing answered. Absent where none is configured. */
  readonly units?: Readonly<Record<string, number | null>>;
  /** The usual time between two samples, as this window showed it; absent where not measured. */
  readonly scrapes?: ScrapeIntervals;
  /**
   * Time of the newest sample that tells of the window: one of it, or shortly after its end. Null where it has none;
   * absent where not measured.
   */
  readonly newestSample?: TimeMs | null;
  /** Asked for where a metric that costs rest on is absent; absent where nothing tells it. */
  readonly totals?: ClusterTotals;
}

/** What all containers together ask for and use at most in a window, as metrics beside the usual ones tell. */
export interface ClusterTotals {
  readonly cpuRequestCores: number;
  readonly cpuUsageCores: number;
  readonly ramRequestBytes: number;
  readonly ramUsageBytes: number;
  /** Whose metrics these are. */
  readonly source: string;
}

/** Milliseconds between two samples of a container's CPU and of a pod's state; null where there were none. */
export interface ScrapeIntervals {
  readonly usageMs: number | null;
  readonly kubeMs: number | null;
}

/** What decides which scrape jobs are believed. */
export interface KnownSources {
  /** Long-lived pods that the cluster is remembered to have; absent in histories that never saw any. */
  readonly pods?: number;
  /** Scrape jobs that are believed, by exporter; settled by who was first. */
  readonly sources?: Readonly<Record<string, readonly string[]>>;
  /** Scrape jobs that an operator accepted, for all that they serve. */
  readonly acceptedSources?: readonly string[];
}

/** What of a history's state decides which scrape jobs are believed. */
export function knownSources({ pods, sources, acceptedSources }: KnownSources): KnownSources {
  return {
    ...(pods !== undefined && { pods }),
    ...(sources !== undefined && { sources }),
    ...(acceptedSources !== undefined && { acceptedSources }),
  };
}

/** What is carried from one window to the next. */
export interface ExpectedSamples extends KnownSources {
  /** Windows in a row, by node, in which no container of it showed any use; absent where there is no such node. */
  readonly silentNodes?: Readonly<Record<string, number>>;
  /** Which share of the pods has a metric that nearly all have. */
  readonly answers?: Readonly<Record<string, AnswerMemory>>;
}

export interface AnswerMemory {
  /** Share of the pods, in the last window that was not lacking. */
  readonly share: number;
  /** Windows in a row in which most of it was lacking. */
  readonly lacking?: number;
}

/** Something the window lacks, named so that a person can act on it. */
export interface DataProblem {
  readonly code:
    | 'query-failed'
    | 'partial-answer'
    | 'metric-absent'
    | 'not-observable'
    | 'exporter-absent'
    | 'resource-absent'
    | 'low-coverage'
    | 'rate-range'
    | 'duplicates-disagree'
    | 'population-collapse'
    | 'bad-values'
    | 'bad-item'
    | 'impossible-value'
    | 'untrusted-source'
    | 'renamed-source'
    | 'several-clusters'
    | 'unpriced-node'
    | 'stand-in-price'
    | 'doubtful-price'
    | 'reservation-unsure'
    | 'unknown-resource'
    | 'unknown-cost'
    | 'source-unavailable'
    | 'set-aside';
  /** The metric, source or node concerned. */
  readonly subject: string;
  /** One plain sentence: what is missing and what depends on it. */
  readonly text: string;
}

export interface NodeSample {
  readonly name: string;
  readonly cpuCores: Reading;
  readonly ramBytes: Reading;
  /** Cards, however they are offered (see `devices`). */
  readonly gpus: Reading;
  /** What it has besides CPU and memory, by resource. */
  readonly devices?: Amounts;
  /** Those of them that no table knows. */
  readonly unknownDevices?: readonly string[];
  readonly allocatableCpuCores: Reading;
  /** Huge pages included: they are memory that can be reserved. */
  readonly allocatableRamBytes: Reading;
  /** Node labels as far as any source gave them (`node.kubernetes.io/instance-type`, …). */
  readonly labels: Readonly<Record<string, string>>;
  readonly providerId: string | null;
  /** What it runs, as its kubelet reads `/etc/os-release`; absent where no source tells. */
  readonly osImage?: string;
  /** Share of the window the node existed, 0..1. */
  readonly upShare: number;
  /** Hourly prices an exporter left in Prometheus (OpenCost's metrics), unknown where absent. */
  readonly exportedPrice: ExportedNodePrice | null;
}

/** An hourly price of a machine type, in US dollars. */
export interface Offering {
  readonly instanceType: string;
  readonly capacityType: string;
  readonly zone: string;
  readonly price: number;
}

export interface ExportedNodePrice {
  readonly cpuCoreHour: Reading;
  readonly ramGiBHour: Reading;
  readonly gpuHour: Reading;
  readonly totalHour: Reading;
}

export interface PodSample {
  readonly namespace: string;
  readonly name: string;
  /** The pod's UID; `name:NAMESPACE/POD` where no source has it. This is what is billed. */
  readonly uid: string;
  readonly workload: WorkloadRef;
  /** False while the owner is not known yet and usage counts as `Pod/NAME`. */
  readonly workloadKnown: boolean;
  /** The node it ran on, or null while it is not scheduled or not known. */
  readonly node: string | null;
  readonly createdAt: TimeMs | null;
  readonly phase: string | null;
  readonly hostNetwork: boolean | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /**
   * Share of the window, 0..1, in which the pod held its requests on a node: scheduled and not yet
   * terminated, running or not (a pod in ImagePullBackOff holds them too).
   */
  readonly heldShare: number;
  /** When in the window that began, as a share of it; absent where it is not known. */
  readonly heldFrom?: number;
  readonly networkReceiveBytesPerSecond: Reading;
  readonly networkTransmitBytesPerSecond: Reading;
  /** Egress by destination, where a network cost exporter (OpenCost's) runs; else absent. */
  readonly egress?: EgressSample | null;
  readonly containers: readonly ContainerSample[];
  /** What the scheduler holds for it beyond its containers' requests; absent where that is nothing. */
  readonly hold?: PodHold | null;
  /** Its share of devices that ResourceClaims allocate (DRA), by `DRIVER/DEVICE`; absent where none do. */
  readonly claimed?: Amounts;
  /** What the Kubernetes API or a file knew of this pod; null where neither did. */
  readonly spec: PodSpecFacts | null;
}

/** Billable egress of a pod, averaged over the window, by where it went. */
export interface EgressSample {
  readonly zoneBytesPerSecond: Reading;
  readonly regionBytesPerSecond: Reading;
  readonly internetBytesPerSecond: Reading;
}

export interface ContainerSample extends Resources {
  readonly name: string;
  readonly image: string | null;
  readonly imageId: string | null;
  /** An init container that is not a native sidecar runs once and is not right-sized. */
  readonly init: boolean;
  /** Average over the window, of core-seconds used / window seconds. */
  readonly cpuUsageCores: Reading;
  /** The part of it that no sample shows: from the last one to the container's end, at its last rate. */
  readonly cpuEstimatedCores?: Reading;
  /** What it used beyond its request, minute by minute: a mean over the window hides bursts. Average over the window. */
  readonly cpuAboveRequestCores?: Reading;
  /** Working set, averaged over the window (zero while not running). */
  readonly ramUsageBytes: Reading;
  /** Highest scraped working set of the window. */
  readonly ramPeakBytes: Reading;
  /** Cards, or the share of one. */
  readonly gpuRequest: Reading;
  /** What it asks for besides CPU and memory, by resource. */
  readonly devices?: Amounts;
  /** GPU utilisation 0..1 and tensor-pipe activity 0..1, where DCGM exports them. */
  readonly gpuUtilisation: Reading;
  readonly gpuTensorActivity: Reading;
  readonly diskReadBytesPerSecond: Reading;
  readonly diskWriteBytesPerSecond: Reading;
  /** Share of CFS periods that were throttled, 0..1. */
  readonly throttledShare: Reading;
  /** Share of the window, 0..1, in which the container ran. */
  readonly runShare: number;
  /** Restarts inside the window. */
  readonly restarts: Reading;
  /** Reason of the last termination, for example `OOMKilled`. */
  readonly lastTerminatedReason: string | null;
  /** Reason why it waits, for example `ImagePullBackOff`. */
  readonly waitingReason: string | null;
  /** Share of the time it lived that samples of its CPU cover, 0..1. */
  readonly coverage: number;
  /** The same by family; absent: as `coverage`. */
  readonly coverageBy?: MeasuredShares;
}

export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A persistent volume claim in the window; or a volume that no claim holds, under the claim that held it last. */
export interface VolumeSample {
  readonly namespace: string;
  readonly claim: string;
  readonly storageClass: string | null;
  /** The CSI driver of its volume. */
  readonly driver?: string;
  readonly volume: string | null;
  readonly bytes: Reading;
  /** UIDs of the pods that mount it, sorted; empty when it is not mounted. */
  readonly mountedBy: readonly string[];
  readonly boundShare: number;
  /** Price per GiB-hour that an exporter left in Prometheus. */
  readonly exportedPriceGiBHour: Reading;
}

/** A Service of type LoadBalancer in the window. */
export interface LoadBalancerSample {
  readonly namespace: string;
  readonly name: string;
  readonly upShare: number;
}
