import type { Reading } from '../../../model/reading.ts';
import { workloadKey, type WorkloadRef } from '../../../model/workload.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import type { DataBehind } from './confidence.ts';
import type { ManagedBy } from './ownership.ts';
import type { Resources } from '../../../model/resources.ts';
import type { NextStep, Scope } from '../../../model/finding.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { ownValue } from '../../../model/ownValue.ts';
import { memoryQuantity, cpuQuantity } from '../../../model/text/quantity.ts';

/** One strategic-merge patch: all of a workload's containers that change. */
export interface WorkloadPatch {
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly managedBy: ManagedBy | null;
  readonly savingPerMonth: Reading;
  /** The data behind it where they are too few; null elsewhere. */
  readonly unsure: DataBehind | null;
  /** Container → its `resources` as they should be written. */
  readonly resources: ReadonlyMap<string, ResourcesPatch>;
  /** Pods that can take it while they run, and the patch of one for `--subresource resize`; null where none can. */
  readonly resize: { readonly pods: readonly string[]; readonly body: object } | null;
  /** For `kubectl patch --type strategic`; null for kinds whose pods cannot be patched. */
  readonly body: object | null;
  /** A lower minimum for its HorizontalPodAutoscaler; null where none is advised. */
  readonly minReplicas: { readonly autoscaler: string; readonly value: number } | null;
  /** False where a container may be a native side-car, since the pods' specification is not known. */
  readonly isSpecKnown: boolean;
}

/** What of a container's `resources` changes, in Kubernetes' quantities. */
export interface ResourcesPatch {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** True for kinds with a pod template that may change. */
export function isPatchable(kind: string): boolean {
  return Object.hasOwn(TEMPLATE_PATHS, kind);
}

/** The command that changes requests or limits of a container: `--limits=cpu=2`. */
export function setResources(scope: Scope, change: string, why: string): NextStep {
  const target = shellQuote(`${scope.workload?.kind.toLowerCase()}/${scope.workload?.name}`);
  return {
    command: `kubectl -n ${shellQuote(scope.namespace ?? '')} set resources ${target} -c ${shellQuote(scope.container ?? '')} ${change}`,
    effect: 'contain',
    why,
  };
}

/** Kinds with a pod template that may change, and where it is. Others (Job, bare Pod) are immutable. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Patches by workload, in the order of the advices; what already fits is left out. */
export function workloadPatches(advices: readonly ContainerAdvice[]): readonly WorkloadPatch[] {
  const groups = new Map<string, ContainerAdvice[]>();
  for (const advice of advices) {
    const key = workloadKey(advice.namespace, advice.workload);
    groups.set(key, [...(groups.get(key) ?? []), advice]);
  }
  return [...groups.values()].flatMap((group) => {
    const resources = new Map<string, ResourcesPatch>();
    const lists: Record<string, { name: string; resources: ResourcesPatch }[]> = {};
    for (const { container, role, current, proposed } of group) {
      const patch = resourcesPatch(current, proposed);
      if (patch === null) continue;
      resources.set(container, patch);
      // A native side-car is an init container that is restarted for ever.
      const list = role === 'sidecar' ? 'initContainers' : 'containers';
      (lists[list] ??= []).push({ name: container, resources: patch });
    }
    const [first] = group;
    if (first === undefined) return [];
    const { namespace, workload, managedBy } = first;
    const minReplicas = minReplicasOf(group);
    if (resources.size === 0 && minReplicas === null) return [];
    const savings = group.flatMap(({ savingPerMonth }) => savingPerMonth ?? []);
    const savingPerMonth =
      savings.length === 0 ? null : savings.reduce((sum, value) => sum + value, 0);
    const isReverted = managedBy?.tool === 'the provider of the cluster';
    const path = isReverted ? undefined : ownValue(TEMPLATE_PATHS, workload.kind);
    const body = path === undefined || resources.size === 0 ? null : nest(path, lists);
    const isSpecKnown = group.every(({ role }) => role !== null);
    const unsure = group.find(({ behind }) => behind.confidence === 'very-low');
    const about = {
      namespace,
      workload,
      managedBy,
      savingPerMonth,
      unsure: unsure?.behind ?? null,
    };
    const pods = resources.size === 0 || isReverted ? [] : first.resizablePods;
    const resize = pods.length === 0 ? null : { pods, body: { spec: lists } };
    return [{ ...about, resources, resize, body, minReplicas, isSpecKnown }];
  });
}

/** The largest minimum that any container of the workload needs; null where one of them needs what there is. */
function minReplicasOf(group: readonly ContainerAdvice[]): WorkloadPatch['minReplicas'] {
  const autoscaler = group[0]?.autoscaling?.horizontal?.name;
  const values = group.map(({ minReplicas }) => minReplicas);
  if (autoscaler === undefined || values.includes(null)) return null;
  return { autoscaler, value: Math.max(...values.map((value) => value ?? 0)) };
}

/** The entries that change; null when none does. */
function resourcesPatch(current: Resources, proposed: Resources): ResourcesPatch | null {
  const requests = changed([
    ['cpu', current.cpuRequestCores, proposed.cpuRequestCores, cpuQuantity],
    ['memory', current.ramRequestBytes, proposed.ramRequestBytes, memoryQuantity],
  ]);
  const limits = changed([
    ['cpu', current.cpuLimitCores, proposed.cpuLimitCores, cpuQuantity],
    ['memory', current.ramLimitBytes, proposed.ramLimitBytes, memoryQuantity],
  ]);
  if (requests === null && limits === null) return null;
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

type Entry = readonly [string, Reading, Reading, (value: number) => string];

function changed(entries: readonly Entry[]): Readonly<Record<string, string>> | null {
  const pairs = entries.flatMap(([name, before, after, format]) => {
    if (after === null) return [];
    const text = format(after);
    return before !== null && format(before) === text ? [] : [[name, text] as const];
  });
  return pairs.length === 0 ? null : Object.fromEntries(pairs);
}

function nest(path: readonly string[], inner: object): object {
  return path.reduceRight<object>((value, key) => ({ [key]: value }), inner);
}
