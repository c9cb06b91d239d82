import { DAY_MS, type TimeMs } from '../src/model/time.ts';
import { createBlocks } from './blocks.ts';
import { createCluster, type DemoCluster } from './cluster/cluster.ts';
import { startExporter } from './exporter.ts';
import { type PrometheusServer, startPrometheus } from './prometheusServer.ts';
import type { MetricFamily, SampleSource } from './samples.ts';
import { createDemoSource } from './series/demoSource.ts';
import { findTool } from './tools.ts';

export interface StartClusterOptions {
  /** Samples with start ≤ time < end become blocks; both lie on the scrapes' grid. */
  readonly start: TimeMs;
  readonly end: TimeMs;
  readonly seed: number;
  readonly prometheusDir: string;
  now(): TimeMs;
  readonly signal: AbortSignal;
  /** Called with each step as it starts. */
  onStep(text: string): void;
  onProgress(done: number, total: number): void;
  /** Takes what must be ended again, as soon as it runs. */
  onStarted(name: string, stop: () => Promise<void>): void;
}

export interface RunningCluster {
  readonly cluster: DemoCluster;
  readonly prometheus: PrometheusServer;
  /** Samples that were written into blocks. */
  readonly samples: number;
}

/** A scrape comes soon after a sample is due. */
const SCRAPE_INTERVAL = '15s';

/**
 * Makes the cluster up and lets a real Prometheus serve it: the past as blocks, and from then on scraped
 * from an exporter that goes on where the blocks end.
 */
export async function startCluster(options: StartClusterOptions): Promise<RunningCluster> {
  const { start, end, seed, prometheusDir, signal } = options;
  const program = await findTool('prometheus', { onFetch: options.onStep });
  const cluster = createCluster({ start, end, seed });
  const source = createDemoSource(cluster);
  const counted = counting(source);
  options.onStep(
    `Writing ${Math.round((end - start) / DAY_MS)} days of metrics into Prometheus' blocks`,
  );
  const { onProgress } = options;
  const common = { source: counted, dataDir: prometheusDir, signal };
  await createBlocks({ ...common, start, end, onProgress });
  signal.throwIfAborted();

  options.onStep('Starting Prometheus over them');
  // What became due meanwhile is scraped: the exporter hands over everything since the blocks' end.
  const exporter = await startExporter({ source, from: end, now: options.now });
  options.onStarted('the exporter', () => exporter.close());
  const prometheus = await startPrometheus({
    dataDir: prometheusDir,
    program,
    scrapeConfigs: [
      {
        jobName: 'demo',
        targets: [exporter.target],
        interval: SCRAPE_INTERVAL,
        honorLabels: true,
      },
    ],
  });
  options.onStarted('Prometheus', () => prometheus.stop());
  return { cluster, prometheus, samples: counted.samples() };
}

/** Counts the samples that go through. */
function counting(source: SampleSource): SampleSource & { samples(): number } {
  let samples = 0;
  function* counted(families: Iterable<MetricFamily>): Generator<MetricFamily> {
    for (const { series, ...family } of families) {
      const list = [...series];
      for (const { times } of list) samples += times.length;
      yield { ...family, series: list };
    }
  }
  return {
    samples: () => samples,
    families: (start, end) => counted(source.families(start, end)),
  };
}
