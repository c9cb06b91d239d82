import type { WorkloadObject } from '../../../model/clusterObjects.ts';
import { annotationsOf, labelsOf, parseTimestamp } from '../metadata.ts';
import type { RawObject } from '../rawObjects.ts';

/** What an object of Knative's `Service` is called, to tell it from the core's Service. */
const KINDS: Readonly<Record<string, string>> = { 'serving.knative.dev/Service': 'KnativeService' };

/** Reads a Deployment, StatefulSet, DaemonSet, CronJob, Rollout, … as its owner wrote it. */
export function workloadObject(raw: RawObject): WorkloadObject {
  const { metadata, kind = '', apiVersion = '' } = raw;
  const group = apiVersion.replace(/\/.*$/, '');
  const spec = raw.spec as RawWorkloadSpec | undefined;
  const podLabels = (spec?.jobTemplate?.spec?.template ?? spec?.template)?.metadata?.labels;
  // Kubernetes takes one replica where none is written; kinds without the field have none.
  const replicas = REPLICATED.has(kind) ? (spec?.replicas ?? 1) : null;
  return {
    namespace: metadata?.namespace ?? '',
    workload: { kind: KINDS[`${group}/${kind}`] ?? kind, name: metadata?.name ?? '' },
    labels: labelsOf(metadata),
    annotations: annotationsOf(metadata),
    replicas: typeof replicas === 'number' ? replicas : null,
    createdAt: parseTimestamp(metadata?.creationTimestamp),
    ...(podLabels && { podLabels }),
  };
}

interface RawTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

interface RawWorkloadSpec {
  readonly replicas?: unknown;
  readonly template?: RawTemplate;
  readonly jobTemplate?: { readonly spec?: { readonly template?: RawTemplate } };
}

const REPLICATED = new Set(['Deployment', 'StatefulSet', 'Rollout', 'DeploymentConfig']);
