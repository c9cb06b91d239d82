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

/** The thresholds of abuse detection; `thresholds/abuse.yaml` has each with its unit, its source and what it changes. */
export const abuseSchema = z.strictObject({
  minCores: positive,
  baseline: z.strictObject({
    minHours: positive,
    seasonalHours: count,
    minRunHours: count,
    scaleFloorShare: share,
  }),
  novelty: z.strictObject({
    sigmas: positive,
    minShare: positive,
    margin: positive,
    wobbles: positive,
  }),
  dwell: z.strictObject({
    onWindows: count,
    leak: share,
  }),
  work: z.strictObject({
    freeBytesPerSecond: positive,
    silentBytesPerCoreSecond: positive,
    workingBytesPerCoreSecond: positive,
    silentShare: share,
    weakShare: share,
    explainedShare: share,
    writesPerInput: positive,
  }),
  level: z.strictObject({
    ofLimit: share,
    ofRequest: positive,
    ofNode: share,
    ofNodeByAgents: share,
    ofNodeByUnevenAgents: share,
    minCores: positive,
    ofRequestWhenIdle: share,
    ofRequestWhenWaiting: share,
  }),
  shape: z.strictObject({ flat: share, minWindows: count, throttled: share }),
  memory: z.strictObject({ stepBytes: positive }),
  spread: z.strictObject({ many: count }),
  sideCar: z.strictObject({ follows: positive }),
  gpu: z.strictObject({ busy: share, tensor: share }),
  jvm: z.strictObject({ memoryShare: share, stepShare: share }),
  points: z.strictObject({ weak: share, silence: positive, warning: positive }),
  allow: z.array(allowance).default([]),
});

export type AbuseThresholds = z.output<typeof abuseSchema>;

/** Units of five minutes after which a quiet alarm ends, and that a level takes without anything new. */
export function offWindows({ dwell }: AbuseThresholds): number {
  return 2 * dwell.onWindows;
}

/** Less than this in a pod is no critical: replicas that wait for work are new, even and silent too. */
export function pageCores({ minCores }: AbuseThresholds): number {
  return 2 * minCores;
}

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
