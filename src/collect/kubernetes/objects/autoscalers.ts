import type { Autoscaler, VerticalAutoscaler } from '../../../model/clusterObjects.ts';
import { toReading } from '../../../model/reading.ts';
import type { Reading } from '../../../model/reading.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { parseQuantity } from '../quantity.ts';
import { namedOf } from '../metadata.ts';
import type { RawObject } from '../rawObjects.ts';

interface RawTarget {
  readonly kind?: string;
  readonly name?: string;
}

interface RawMetric {
  readonly type?: string;
  readonly resource?: {
    readonly name?: string;
    readonly target?: { readonly type?: string; readonly averageUtilization?: number };
  };
}

interface RawHpaSpec {
  readonly scaleTargetRef?: RawTarget;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly metrics?: readonly RawMetric[];
  /** autoscaling/v1. */
  readonly targetCPUUtilizationPercentage?: number;
}

/** Reads a HorizontalPodAutoscaler of autoscaling/v2, v2beta2 or v1. */
export function autoscaler(raw: RawObject): Autoscaler {
  const spec = (raw.spec ?? {}) as RawHpaSpec;
  const status = (raw.status ?? {}) as { readonly currentReplicas?: number };
  const target = (resource: string): Reading => {
    const metric = spec.metrics?.find(
      (one) => one.type === 'Resource' && one.resource?.name === resource,
    );
    return toReading(metric?.resource?.target?.averageUtilization);
  };
  return {
    ...namedOf(raw),
    target: targetOf(spec.scaleTargetRef),
    minReplicas: toReading(spec.minReplicas ?? 1),
    maxReplicas: toReading(spec.maxReplicas),
    currentReplicas: toReading(status.currentReplicas),
    cpuTargetPercent: target('cpu') ?? toReading(spec.targetCPUUtilizationPercentage),
    memoryTargetPercent: target('memory'),
  };
}

interface RawVpaSpec {
  readonly targetRef?: RawTarget;
  readonly updatePolicy?: { readonly updateMode?: string };
}

interface RawVpaStatus {
  readonly recommendation?: {
    readonly containerRecommendations?: readonly {
      readonly containerName?: string;
      readonly target?: Readonly<Record<string, string>>;
    }[];
  };
}

/** Reads a VerticalPodAutoscaler; without a mode it is `Auto`. */
export function verticalAutoscaler(raw: RawObject): VerticalAutoscaler {
  const spec = (raw.spec ?? {}) as RawVpaSpec;
  const { recommendation } = (raw.status ?? {}) as RawVpaStatus;
  const recommendations = (recommendation?.containerRecommendations ?? []).map((one) => ({
    container: one.containerName ?? '',
    cpuCores: parseQuantity(one.target?.['cpu']),
    ramBytes: parseQuantity(one.target?.['memory']),
  }));
  return {
    ...namedOf(raw),
    target: targetOf(spec.targetRef),
    updateMode: spec.updatePolicy?.updateMode ?? 'Auto',
    recommendations,
  };
}

function targetOf(target: RawTarget | undefined): WorkloadRef {
  return { kind: target?.kind ?? '', name: target?.name ?? '' };
}
