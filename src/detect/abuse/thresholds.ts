import { z } from 'zod';

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const count = z.int().min(1);

/** Somebody answers for this workload until a date. Lives with the operator, never in an annotation. */
const allowance = z.strictObject({
  namespace: z.string().min(1),
  /** `Kind/name`; every workload of the namespace when left out. */
  workload: z.string().optional(),
  container: z.string().optional(),
  until: z.iso.datetime(),
  reason: z.string().min(1),
});

/** The thresholds of abuse detection; `thresholds/abuse.yaml` has the values and where they come from. */
export const abuseSchema = z.strictObject({
  /** Less than this is no finding, whatever it looks like. Cores (or whole GPUs). */
  minCores: positive,
  /** Less than this, in the hottest pod or a group's sum, pages nobody. */
  minPageCores: positive,
  baseline: z.strictObject({
    minHours: positive,
    /** So long seen, in hours, makes a first, provisional idea of what is normal. */
    provisionalHours: positive,
    /** From this span of history on the time of day is accounted for. */
    seasonalHours: count,
    /** Hours of a Job's own past runs that make it known. */
    minRunHours: count,
    newAfterHours: positive,
    newJobAfterHours: positive,
    scaleFloorShare: share,
    flagDays: positive,
  }),
  novelty: z.strictObject({
    sigmas: positive,
    minShare: positive,
    /** At this multiple of the normal the novelty counts in full. */
    strongShare: positive,
    /** How far use may go beyond what is usually reached, as a share of what that is above the normal. */
    margin: positive,
    /** The same in deviations that the hour of day leaves unexplained. */
    wobbles: positive,
  }),
  dwell: z.strictObject({
    onWindows: count,
    criticalWindows: count,
    leak: share,
    cap: count,
    offWindows: count,
    /** An alarm that keeps coming back waits for this at most. */
    offWindowsMost: count,
    /** So long of less until a warning is only an info. */
    betterWindows: count,
  }),
  work: z.strictObject({
    /** A pool connection and probes, whatever the power. */
    freeBytesPerSecond: positive,
    silentBytesPerCoreSecond: positive,
    /** From here on it surely works, and its evenness says nothing. */
    workingBytesPerCoreSecond: positive,
    /** Share of the added CPU that the added traffic accounts for, by the workload's own ratio. */
    silentShare: share,
    weakShare: share,
    explainedShare: share,
    /** Bytes written that count as work for each byte that came in. */
    writesPerInput: positive,
  }),
  level: z.strictObject({
    ofLimit: share,
    ofRequest: positive,
    ofNode: share,
    ofNodeByAgents: share,
    /** The same of a DaemonSet whose pods differ. */
    ofNodeByUnevenAgents: share,
    minCores: positive,
    ofRequestWhenIdle: share,
    /** Less of its request than this is what a newcomer uses while it waits for its work. */
    ofRequestWhenWaiting: share,
  }),
  cpuHours: z.strictObject({ coreHours: positive }),
  shape: z.strictObject({
    flat: share,
    minWindows: count,
    throttled: share,
  }),
  memory: z.strictObject({ stepBytes: positive }),
  spread: z.strictObject({ workloads: count, pods: count, nodes: count }),
  /** New containers beside known ones: how much of their use is little, and what elasticity follows them. */
  sideCar: z.strictObject({
    share: positive,
    follows: positive,
    /** A rollout: so many known workloads, in so many namespaces. */
    workloads: count,
    namespaces: count,
    /** No more than a proxy asks for. */
    smallCores: positive,
    /** Windows until what cannot be told counts. */
    undecidedWindows: count,
  }),
  gpu: z.strictObject({ busy: share, tensor: share }),
  jvm: z.strictObject({ memoryShare: share, stepShare: share }),
  /** Points of evidence, and how many of them make a severity. A strong signal has one. */
  points: z.strictObject({
    weak: positive,
    /** Added use that moves no data, where network and disk are known. */
    silence: positive,
    signature: positive,
    /** Level and shape both describe a plateau: what they count together. */
    plateau: z.strictObject({
      most: positive,
      /** Where it moves data all the time, is like an agent, or waits. */
      working: positive,
      workUnknown: positive,
      /** Jobs are made to compute and to end. */
      runs: positive,
    }),
    info: positive,
    warning: positive,
    critical: positive,
    /** Independent families that a warning takes; critical takes one more. */
    warningFamilies: count,
  }),
  allow: z.array(allowance).default([]),
});

export type AbuseThresholds = z.output<typeof abuseSchema>;

const pattern = z.strictObject({
  /** What is shown when it matches; never the matched text itself. */
  name: z.string().min(1),
  /** RE2 syntax, matched without regard to case. */
  match: z.string().min(1),
  where: z.array(z.enum(['image', 'name', 'command', 'env'])).min(1),
  strength: z.enum(['strong', 'weak']),
});

/** Lists of what is known of miners; `thresholds/signatures.yaml` has them with their sources. */
export const signaturesSchema = z.strictObject({
  patterns: z.array(pattern),
  /** Ports of mining pools: weak, since they are ordinary numbers too. */
  ports: z.array(z.int().min(1).max(65_535)),
  /** Names of Kubernetes' own components … */
  systemNames: z.array(z.string().min(1)),
  /** … and the registries they come from (prefixes of the image). */
  systemRegistries: z.array(z.string().min(1)),
});

export type Signatures = z.output<typeof signaturesSchema>;

export interface AbuseSections {
  readonly abuse: AbuseThresholds;
  readonly signatures: Signatures;
}
