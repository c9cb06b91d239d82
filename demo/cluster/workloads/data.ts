import { HOUR_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { batch, bursts, daily, every, once, played, service } from '../behaviours.ts';
import type { Trace } from '../../traces.ts';
import { momentAt, type DemoWorkload, type Scenario } from '../workload.ts';

/** Pipelines, streams and databases: heavy and honest. */
export function dataWorkloads(): readonly DemoWorkload[] {
  const namespace = 'data-platform';
  return [
    {
      namespace,
      kind: 'CronJob',
      name: 'nightly-etl',
      container: 'etl',
      image: 'registry.acme.example/data/etl:2026.11',
      requests: { cpu: 2, ramMiB: 3072 },
      limits: { cpu: 3, ramMiB: 4096 },
      behaviour: batch({ cores: 2.4, bytesPerCoreSecond: 6e6, kind: 'both', ramMiB: 2600 }),
      runs: daily(2, 105 * MINUTE_MS, 'nightly-etl'),
    },
    {
      namespace,
      kind: 'CronJob',
      name: 'hourly-aggregates',
      container: 'aggregate',
      image: 'registry.acme.example/data/aggregates:4.2.0',
      requests: { cpu: 0.5, ramMiB: 512 },
      limits: { cpu: 1, ramMiB: 1024 },
      behaviour: batch({ cores: 0.8, bytesPerCoreSecond: 4e6, kind: 'both', ramMiB: 420 }),
      runs: every(HOUR_MS, 5 * MINUTE_MS, 9 * MINUTE_MS, 'hourly-aggregates'),
    },
    {
      namespace,
      kind: 'StatefulSet',
      name: 'kafka',
      replicas: 3,
      image: 'docker.io/apache/kafka:3.9.0',
      requests: { cpu: 0.5, ramMiB: 2048 },
      limits: { cpu: 2, ramMiB: 3072 },
      behaviour: service({ cores: 0.42, bytesPerCoreSecond: 2e7, kind: 'both', ramMiB: 1900 }),
      claim: { name: 'log', gib: 200 },
    },
    {
      namespace,
      kind: 'StatefulSet',
      name: 'postgres',
      image: 'docker.io/library/postgres:17.2',
      requests: { cpu: 1, ramMiB: 4096 },
      limits: { cpu: 2, ramMiB: 4096 },
      behaviour: service({ cores: 0.6, bytesPerCoreSecond: 8e6, kind: 'both', ramMiB: 3300 }),
      claim: { name: 'data', gib: 150 },
      nodeGroup: 'memory',
    },
    {
      namespace,
      kind: 'StatefulSet',
      name: 'clickhouse',
      image: 'docker.io/clickhouse/clickhouse-server:24.8',
      // Sized for a migration that ended in spring.
      requests: { cpu: 2.5, ramMiB: 12288 },
      limits: { cpu: 3, ramMiB: 12288 },
      behaviour: bursts({
        cores: 1.1,
        idleCores: 0.08,
        slot: 15 * MINUTE_MS,
        busy: 0.2,
        bytesPerCoreSecond: 2e7,
        kind: 'disk',
        ramMiB: 3000,
      }),
      claim: { name: 'data', gib: 500 },
      nodeGroup: 'memory',
    },
  ];
}

/** Training, an old notebook, and what serves the models. */
export function machineLearningWorkloads(scenario: Scenario): readonly DemoWorkload[] {
  const namespace = 'ml';
  const training = momentAt(scenario, 0.86);
  return [
    {
      namespace,
      kind: 'Job',
      name: 'recommender-train-41',
      container: 'train',
      image: 'registry.acme.example/ml/recommender-train:41',
      requests: { cpu: 3, ramMiB: 6144 },
      limits: { cpu: 4, ramMiB: 8192 },
      behaviour: batch({ cores: 3.6, bytesPerCoreSecond: 40_000, kind: 'disk', ramMiB: 5200 }),
      runs: once({ startsAt: training, endsAt: training + 11 * HOUR_MS }),
    },
    {
      namespace,
      kind: 'CronJob',
      name: 'embeddings-gpu',
      container: 'train',
      image: 'registry.acme.example/ml/embeddings:7',
      requests: { cpu: 2, ramMiB: 8192, gpu: 1 },
      limits: { cpu: 3, ramMiB: 10240, gpu: 1 },
      behaviour: gpuTraining,
      runs: daily(20, 4 * HOUR_MS, 'embeddings-gpu'),
      nodeGroup: 'gpu',
    },
    {
      namespace,
      kind: 'Deployment',
      name: 'feature-store',
      image: 'registry.acme.example/ml/feature-store:1.18.3',
      requests: { cpu: 0.4, ramMiB: 1024 },
      limits: { cpu: 1, ramMiB: 1536 },
      behaviour: service({ cores: 0.24, bytesPerCoreSecond: 5e6, ramMiB: 800 }),
    },
    {
      namespace,
      kind: 'StatefulSet',
      name: 'jupyter-olaf',
      container: 'notebook',
      image: 'quay.io/jupyter/scipy-notebook:2026-03-02',
      // Its user left in summer.
      requests: { cpu: 1, ramMiB: 4096 },
      limits: { cpu: 2, ramMiB: 8192 },
      behaviour: () => ({
        cores: 0.0007,
        ramBytes: 410 * 2 ** 20,
        rx: 20,
        tx: 18,
        diskRead: 0,
        diskWrite: 10,
      }),
      claim: { name: 'home', gib: 250 },
    },
  ];
}

const trainOnGpu = batch({ cores: 1.4, bytesPerCoreSecond: 2e6, kind: 'disk', ramMiB: 7000 });

const gpuTraining: DemoWorkload['behaviour'] = (at, pod) => {
  const load = trainOnGpu(at, pod);
  return { ...load, gpu: Math.min(0.97, 0.62 * load.cores), tensor: 0.22 * load.cores };
};

/** What moved into the cluster from machines of its own, played from measurements of such machines. */
export function movedInWorkloads(traces: ReadonlyMap<string, Trace>): readonly DemoWorkload[] {
  const moved: readonly (readonly [name: string, trace: string, cores: number, share: number])[] = [
    ['erp', 'nab-ec2_cpu_utilization_5f5533', 1.2, 0.6],
    ['erp-reports', 'nab-ec2_cpu_utilization_825cc2', 0.8, 0.8],
    ['crm', 'nab-ec2_cpu_utilization_c6585a', 1.5, 0.4],
    ['intranet', 'nab-ec2_cpu_utilization_24ae8d', 1, 0.2],
    ['erp-db', 'nab-rds_cpu_utilization_cc0c53', 2, 0.5],
    ['search', 'nab-grok_asg_anomaly', 1, 0.5],
  ];
  return moved.flatMap(([name, file, cores, share]): DemoWorkload[] => {
    const trace = traces.get(file);
    if (trace === undefined) return [];
    return [
      {
        namespace: 'back-office',
        kind: name === 'erp-db' ? 'StatefulSet' : 'Deployment',
        name,
        image: `registry.acme.example/back-office/${name}:11.4`,
        requests: { cpu: cores * share, ramMiB: 1024 },
        limits: { cpu: cores * 1.2, ramMiB: 2048 },
        // Only the CPU was measured: traffic in proportion to it is made up.
        behaviour: played(trace, cores, { bytesPerCoreSecond: 900_000, ramMiB: 800, kind: 'both' }),
        ...(name === 'erp-db' ? { claim: { name: 'data', gib: 300 } } : {}),
      },
    ];
  });
}
