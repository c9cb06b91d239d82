import { z } from 'zod';

const positive = z.number().positive();
const share = z.number().min(0).max(1);
const count = z.int().min(1);

function of<Kind, Name extends string>(kind: Kind, ...names: readonly Name[]): Record<Name, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind])) as Record<Name, Kind>;
}

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
    ...of(positive, 'minHours'),
    ...of(count, 'seasonalHours'),
    ...of(share, 'scaleFloorShare'),
  }),
  novelty: z.strictObject(of(positive, 'sigmas', 'margin', 'wobbles')),
  dwell: z.strictObject({ ...of(count, 'onWindows'), ...of(share, 'leak') }),
  work: z.strictObject({
    ...of(positive, 'freeBytesPerSecond', 'silentBytesPerCoreSecond', 'workingBytesPerCoreSecond'),
    ...of(share, 'silentShare', 'weakShare', 'explainedShare'),
    ...of(positive, 'writesPerInput'),
  }),
  level: z.strictObject({
    ...of(positive, 'ofRequest', 'minCores'),
    ...of(share, 'ofLimit', 'ofNode', 'ofNodeByAgents', 'ofNodeByUnevenAgents'),
    ...of(share, 'ofRequestWhenIdle', 'ofRequestWhenWaiting'),
  }),
  shape: z.strictObject({ ...of(share, 'flat'), ...of(count, 'minWindows') }),
  memory: z.strictObject(of(positive, 'stepBytes', 'fastBytes')),
  spread: z.strictObject(of(count, 'many')),
  sideCar: z.strictObject(of(positive, 'follows')),
  gpu: z.strictObject(of(share, 'busy', 'tensor')),
  jvm: z.strictObject(of(share, 'memoryShare', 'stepShare')),
  points: z.strictObject({ ...of(share, 'weak'), ...of(positive, 'silence', 'warning') }),
  allow: z.array(allowance).default([]),
});

export type AbuseThresholds = z.output<typeof abuseSchema>;

/** Units of five minutes after which a quiet alarm ends, and that a level takes without anything new. */
export function offWindows({ dwell }: AbuseThresholds): number {
  return 2 * dwell.onWindows;
}

/** Units of five minutes that a critical takes. */
export function criticalWindows({ dwell }: AbuseThresholds): number {
  return 3 * dwell.onWindows;
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
