import {
  noObjects,
  type Autoscaler,
  type ClusterObjects,
  type LimitRange,
  type ResourceQuota,
  type UtilizationTarget,
} from '../../model/clusterObjects.ts';
import type { Reading } from '../../model/reading.ts';
import type { Window } from '../../model/time.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { scaledObjectOf } from '../kubernetes/objects/autoscalers.ts';
import { RESOURCES, resourceName } from '../kubernetes/resources.ts';
import type { Batch } from '../prometheus/batch.ts';
import type { QueryId } from '../prometheus/queries.ts';
import { at, compare, label } from './series.ts';

type QuotaDraft = { -readonly [K in 'hard' | 'used']: Record<string, number> };
type RangeDraft = Record<'defaultLimit' | 'defaultRequest' | 'min' | 'max', Record<string, number>>;
interface AutoscalerDraft {
  target: WorkloadRef | null;
  readonly readings: Map<string, Reading>;
  readonly targets: UtilizationTarget[];
  readonly otherMetrics: Set<string>;
}

/** How kube-state-metrics calls the parts of a LimitRange. */
const CONSTRAINTS: Readonly<Record<string, keyof RangeDraft>> = {
  default: 'defaultLimit',
  defaultRequest: 'defaultRequest',
  min: 'min',
  max: 'max',
};

/**
 * Autoscalers, quotas and limit ranges of one window, as kube-state-metrics shows them. Of a kind of which it
 * shows none, and of every other kind, nothing is known. Null where it shows none at all.
 */
export function objectsAt(batch: Batch, point: number, window: Window): ClusterObjects | null {
  const autoscalers = autoscalersAt(batch, point);
  const quotas = quotasAt(batch, point);
  const limitRanges = limitRangesAt(batch, point);
  const known = new Set([
    ...(autoscalers.length > 0 ? ['horizontalpodautoscalers.autoscaling'] : []),
    ...(quotas.length > 0 ? ['resourcequotas'] : []),
    ...(limitRanges.length > 0 ? ['limitranges'] : []),
  ]);
  if (known.size === 0) return null;
  const missing = RESOURCES.map(resourceName).filter((name) => !known.has(name));
  return { ...noObjects(window.end), missing, autoscalers, quotas, limitRanges };
}

function autoscalersAt(batch: Batch, point: number): readonly Autoscaler[] {
  const drafts = new Drafts<AutoscalerDraft>('horizontalpodautoscaler', () => ({
    target: null,
    readings: new Map(),
    targets: [],
    otherMetrics: new Set(),
  }));
  drafts.read(batch, 'autoscalerInfo', point, (draft, of) => {
    draft.target = { kind: of('scaletargetref_kind'), name: of('scaletargetref_name') };
  });
  drafts.read(batch, 'autoscalerReplicas', point, (draft, of, value) => {
    draft.readings.set(of('__name__').replace('kube_horizontalpodautoscaler_', ''), value);
  });
  drafts.read(batch, 'autoscalerTargets', point, (draft, of, value) => {
    const resource = of('metric_name');
    const container = of('container') || null;
    if (of('metric_target_type') !== 'utilization') draft.otherMetrics.add(resource);
    else draft.targets.push({ resource, container, percent: value });
  });
  return drafts.all().flatMap(({ namespace, name, draft }) => {
    const { target, readings, targets, otherMetrics } = draft;
    // Without its target it says nothing of any workload.
    if (target === null) return [];
    const reading = (of: string): Reading => readings.get(of) ?? null;
    return [
      {
        namespace,
        name,
        target,
        minReplicas: reading('spec_min_replicas'),
        maxReplicas: reading('spec_max_replicas'),
        currentReplicas: reading('status_current_replicas'),
        targets,
        otherMetrics: [...otherMetrics].sort(),
        scaledObject: scaledObjectOf(name),
      },
    ];
  });
}

/** Metrics do not tell a quota's scopes: it is taken to hold for every pod. */
function quotasAt(batch: Batch, point: number): readonly ResourceQuota[] {
  const drafts = new Drafts<QuotaDraft>('resourcequota', () => ({ hard: {}, used: {} }));
  drafts.read(batch, 'quotas', point, (draft, of, value) => {
    const type = of('type');
    if (type === 'hard' || type === 'used') draft[type][of('resource')] = value;
  });
  return drafts
    .all()
    .map(({ namespace, name, draft }) => ({ namespace, name, ...draft, scoped: false }));
}

function limitRangesAt(batch: Batch, point: number): readonly LimitRange[] {
  const drafts = new Drafts<RangeDraft>('limitrange', () => ({
    defaultLimit: {},
    defaultRequest: {},
    min: {},
    max: {},
  }));
  drafts.read(batch, 'limitRanges', point, (draft, of, value) => {
    const part = CONSTRAINTS[of('constraint')];
    if (part !== undefined) draft[part][of('resource')] = value;
  });
  return drafts.all().map(({ namespace, name, draft }) => ({ namespace, name, ...draft }));
}

/** Objects that are put together from several series, by namespace and name. */
class Drafts<T> {
  readonly #byPlace = new Map<string, { namespace: string; name: string; draft: T }>();
  readonly #nameLabel: string;
  readonly #create: () => T;

  constructor(nameLabel: string, create: () => T) {
    this.#nameLabel = nameLabel;
    this.#create = create;
  }

  read(
    batch: Batch,
    query: QueryId,
    point: number,
    add: (draft: T, of: (name: string) => string, value: number) => void,
  ): void {
    for (const series of batch.answers[query].series) {
      const value = at(series.values, point);
      if (value === null) continue;
      const [namespace, name] = [label(series, 'namespace'), label(series, this.#nameLabel)];
      const key = `${namespace}/${name}`;
      const known = this.#byPlace.get(key) ?? { namespace, name, draft: this.#create() };
      this.#byPlace.set(key, known);
      add(known.draft, (of) => label(series, of), value);
    }
  }

  /** Sorted by namespace and name. */
  all(): readonly { readonly namespace: string; readonly name: string; readonly draft: T }[] {
    const sorted = [...this.#byPlace.entries()].sort(([a], [b]) => compare(a, b));
    return sorted.map(([, one]) => one);
  }
}
