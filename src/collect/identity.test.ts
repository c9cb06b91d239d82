import { describe, expect, it } from 'vitest';
import { workloadOf } from './identity.ts';
import type { PodIdentity } from './identity.ts';

function identity(pod: Partial<PodIdentity>): string {
  const resolved = workloadOf({
    name: 'checkout-7d4b9c6f5d-x2x9k',
    owner: undefined,
    grandOwner: undefined,
    node: 'node-1',
    image: 'ghcr.io/acme/build:v1',
    labels: {},
    ...pod,
  });
  return `${resolved.workload.kind}/${resolved.workload.name}${resolved.known ? '' : ' (?)'}`;
}

const replicaSet = { kind: 'ReplicaSet', name: 'checkout-7d4b9c6f5d' };

describe('workload identity', () => {
  it.each([
    [
      'the owner of the ReplicaSet',
      { owner: replicaSet, grandOwner: { kind: 'Deployment', name: 'checkout' } },
      'Deployment/checkout',
    ],
    [
      'an Argo Rollout as it is',
      { owner: replicaSet, grandOwner: { kind: 'Rollout', name: 'checkout' } },
      'Rollout/checkout',
    ],
    [
      'the name without the template hash where the owner is unknown',
      { owner: replicaSet },
      'Deployment/checkout',
    ],
    [
      'a ReplicaSet that nobody owns',
      { owner: replicaSet, grandOwner: null },
      'ReplicaSet/checkout-7d4b9c6f5d',
    ],
    [
      'a CronJob',
      {
        owner: { kind: 'Job', name: 'etl-29401620' },
        grandOwner: { kind: 'CronJob', name: 'etl' },
      },
      'CronJob/etl',
    ],
    [
      'a CronJob by the scheduled minute in the name',
      { owner: { kind: 'Job', name: 'etl-29401620' } },
      'CronJob/etl',
    ],
    [
      'a Job that nobody owns, even if it looks scheduled',
      { owner: { kind: 'Job', name: 'etl-29401620' }, grandOwner: null },
      'Job/etl-29401620',
    ],
    [
      'a Job with a generated name',
      { owner: { kind: 'Job', name: 'migrate-x7k2p' }, grandOwner: null },
      'Job/migrate',
    ],
    ['a StatefulSet', { owner: { kind: 'StatefulSet', name: 'db' } }, 'StatefulSet/db'],
    [
      'a Knative revision as its Service',
      {
        owner: { kind: 'ReplicaSet', name: 'hello-00004-deployment-7d4b9c6f5d' },
        grandOwner: { kind: 'Deployment', name: 'hello-00004-deployment' },
      },
      'KnativeService/hello',
    ],
    [
      'a static pod without its node',
      { name: 'kube-apiserver-node-1', owner: { kind: 'Node', name: 'node-1' } },
      'StaticPod/kube-apiserver',
    ],
    ['a bare pod', { name: 'debug', owner: null }, 'Pod/debug'],
    [
      'a bare pod without its generated suffix',
      { name: 'runner-x7k2p', owner: null },
      'Pod/runner',
    ],
    [
      'a bare pod whose last word merely has five letters',
      { name: 'my-redis', owner: null },
      'Pod/my-redis',
    ],
    [
      'a bare pod whose last word has no vowels',
      { name: 'tool-pgsql', owner: null },
      'Pod/tool-pgsql',
    ],
    [
      'a custom kind whose name ends in a word without vowels',
      { owner: { kind: 'Cluster', name: 'orders-pgsql' } },
      'Cluster/orders-pgsql',
    ],
    [
      'what the pod is that owns it',
      {
        name: 'etl-8f3a90c7d2e1b4a0-exec-1',
        owner: { kind: 'Pod', name: 'etl-8f3a90c7d2e1b4a0-driver' },
        ownerPod: { workload: { kind: 'SparkApplication', name: 'etl' }, known: true },
      },
      'SparkApplication/etl',
    ],
    [
      'a pod whose owner is not known yet',
      { owner: undefined },
      'Pod/checkout-7d4b9c6f5d-x2x9k (?)',
    ],
    [
      'a Tekton run without its number',
      { owner: { kind: 'TaskRun', name: 'build-1' } },
      'TaskRun/build',
    ],
    [
      'a Spark application without its date',
      { owner: { kind: 'SparkApplication', name: 'daily-2026-11-28' } },
      'SparkApplication/daily',
    ],
    [
      'a run without eight generated characters',
      { owner: { kind: 'PipelineRun', name: 'release-4f7c2d9b' } },
      'PipelineRun/release',
    ],
    [
      'a run that is named as a whole',
      { owner: { kind: 'SparkApplication', name: 'etl' } },
      'SparkApplication/etl',
    ],
    [
      'a run by the label of its tool',
      {
        owner: { kind: 'Workflow', name: 'nightly-1764288000' },
        labels: { 'workflows.argoproj.io/cron-workflow': 'nightly-report' },
      },
      'Workflow/nightly-report',
    ],
    [
      'a bare pod of an Airflow task',
      { name: 'load-a1b2c3d4', owner: null, labels: { dag_id: 'warehouse' } },
      'Pod/warehouse',
    ],
    [
      'a bare pod of a release that has others as well',
      { name: 'tool', owner: null, labels: { 'app.kubernetes.io/instance': 'shop' } },
      'Pod/tool',
    ],
    [
      'a run whose name is an id alone, by its image',
      { owner: { kind: 'TaskRun', name: '4f7c2d9b-4f7c2d9b' } },
      'TaskRun/ghcr.io/acme/build',
    ],
    [
      'an unknown custom kind as it is, generated or not: two of them may live at once',
      { owner: { kind: 'Database', name: 'orders-x7k2p' } },
      'Database/orders-x7k2p',
    ],
    [
      'a custom kind with a lasting name',
      { owner: { kind: 'Kafka', name: 'events' } },
      'Kafka/events',
    ],
  ] as const)('is %s', (_, pod, expected) => {
    expect(identity(pod)).toBe(expected);
  });
});
