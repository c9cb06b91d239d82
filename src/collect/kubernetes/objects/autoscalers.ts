import type { V2CrossVersionObjectReference } from '@kubernetes/client-node';
import type {
  Autoscaler,
  UtilizationTarget,
  VerticalAutoscaler,
} from '../../../model/clusterObjects.ts';
import { toReading } from '../../../model/reading.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import { parseQuantity } from '../quantity.ts';
import { namedOf } from '../metadata.ts';
import type { FromJson, RawObject } from '../rawObjects.ts';

interface RawSource {
  /** Of a resource. */
  readonly name?: string;
  readonly container?: string;
  readonly target?: { readonly type?: string; readonly averageUtilization?: number };
  /** autoscaling/v2beta1, as autoscaling/v1 keeps it in an annotation. */
  readonly targetAverageUtilization?: number;
  readonly metricName?: string;
  /** Of a custom or an external metric. */
  readonly metric?: { readonly name?: string };
}

interface RawMetric {
  readonly resource?: RawSource;
  readonly containerResource?: RawSource;
  readonly pods?: RawSource;
  readonly object?: RawSource;
  readonly external?: RawSource;
}

interface RawHpaSpec {
  readonly scaleTargetRef?: FromJson<V2CrossVersionObjectReference>;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly metrics?: readonly RawMetric[];
  /** autoscaling/v1. */
  readonly targetCPUUtilizationPercentage?: number;
}

/** Where autoscaling/v1 keeps every metric but CPU. */
const METRICS_OF_V1 = 'autoscaling.alpha.kubernetes.io/metrics';

/** Reads a HorizontalPodAutoscaler of autoscaling/v2, v2beta2 or v1. */
export function autoscaler(raw: RawObject): Autoscaler {
  const spec = (raw.spec ?? {}) as RawHpaSpec;
  const status = (raw.status ?? {}) as { readonly currentReplicas?: number };
  const { labels, annotations } = raw.metadata ?? {};
  const { targetCPUUtilizationPercentage: cpu } = spec;
  const metrics = [
    ...(cpu === undefined ? [] : [{ resource: { name: 'cpu', targetAverageUtilization: cpu } }]),
    ...(spec.metrics ?? metricsOfV1(annotations?.[METRICS_OF_V1])),
  ];
  const named = namedOf(raw);
  return {
    ...named,
    target: targetOf(spec.scaleTargetRef),
    minReplicas: toReading(spec.minReplicas ?? 1),
    maxReplicas: toReading(spec.maxReplicas),
    currentReplicas: toReading(status.currentReplicas),
    ...readMetrics(metrics),
    scaledObject: labels?.['scaledobject.keda.sh/name'] ?? scaledObjectOf(named.name),
  };
}

/** KEDA names its autoscalers so, unless the ScaledObject says otherwise. */
export function scaledObjectOf(autoscaler: string): string | null {
  return /^keda-hpa-(.+)/.exec(autoscaler)?.[1] ?? null;
}

function metricsOfV1(text: string | undefined): readonly RawMetric[] {
  try {
    const metrics: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(metrics) ? (metrics as RawMetric[]) : [];
  } catch {
    return [];
  }
}

function readMetrics(metrics: readonly RawMetric[]): Pick<Autoscaler, 'targets' | 'otherMetrics'> {
  const targets: UtilizationTarget[] = [];
  const others = new Set<string>();
  for (const { resource, containerResource, pods, object, external } of metrics) {
    const source = resource ?? containerResource;
    const percent = source?.target?.averageUtilization ?? source?.targetAverageUtilization;
    if (source?.name !== undefined && percent !== undefined)
      targets.push({ resource: source.name, container: source.container ?? null, percent });
    else {
      const other = pods ?? object ?? external;
      others.add(source?.name ?? other?.metric?.name ?? other?.metricName ?? 'a custom metric');
    }
  }
  return { targets, otherMetrics: [...others] };
}

interface RawVpaSpec {
  readonly targetRef?: FromJson<V2CrossVersionObjectReference>;
  readonly updatePolicy?: { readonly updateMode?: string };
  readonly resourcePolicy?: {
    readonly containerPolicies?: readonly {
      readonly containerName?: string;
      readonly mode?: string;
      readonly controlledResources?: readonly string[];
    }[];
  };
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
    policies: (spec.resourcePolicy?.containerPolicies ?? []).map((policy) => ({
      container: policy.containerName ?? '*',
      isOff: policy.mode === 'Off',
      resources: policy.controlledResources ?? ['cpu', 'memory'],
    })),
    recommendations,
  };
}

function targetOf(target: FromJson<V2CrossVersionObjectReference> | undefined): WorkloadRef {
  return { kind: target?.kind ?? '', name: target?.name ?? '' };
}
