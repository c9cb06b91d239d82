/**
 * Measures a made-up kubelet's containers through Prometheus, and compares with what they did: own time stamps of
 * cAdvisor, 10 to 20 s apart; Prometheus, kube-state-metrics and the kubelet away for a while; short jobs; bursts at
 * window edges; a container that is killed every 90 s.
 * Run `node bench/kubelet.ts [SEEDS] [INTERVALS] [resource]`, for example `node bench/kubelet.ts 1-20 10,15,30,60`.
 */
import { startPrometheus } from '../demo/prometheusServer.ts';
import { createCollector } from '../src/collect/createCollector.ts';
import { configSchema } from '../src/daemon/config/schema.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import { createMetricStore } from '../test/support/metricStore.ts';
import { FIGURES, madeUpKubelet, type Amounts, type MadeUpKubelet } from './kubelet/madeUp.ts';

const [seeds = '3', intervals = '15'] = process.argv.slice(2);
const resource = process.argv.includes('resource');
/** What a row says that it does not know is not compared. */
const KNOWN_COVERAGE = 0.9;

/**
 * How far off the charge of all that lasts 25 minutes or longer may be, against a truth of one minute. Scrapes a minute apart
 * spread a burst over two.
 */
const lastingBound = (scrape: number): number => (scrape > 30 ? 0.03 : 0.01);

let outside = 0;
let largest = 0;
let rows = 0;
let exempt = 0;
/** Core-seconds of workloads that end: what they used, and how far off it is with and without the estimated part. */
const ending = { used: 0, estimated: 0, off: 0, offWithout: 0 };
for (const seed of range(seeds)) {
  for (const scrape of intervals.split(',').map(Number)) await score(seed, scrape);
}
print(`${rows - outside} of ${rows} figures in bounds; ${exempt} exempt by their coverage`);
const share = (part: number): string => `${((100 * part) / ending.used).toFixed(2)} %`;
print(`what lasts is charged ${(100 * largest).toFixed(2)} % too much or too little at most`);
print(
  `of what ends, ${share(ending.estimated)} of CPU is estimated: ${share(ending.off)} off with it, ${share(ending.offWithout)} without`,
);
process.exitCode = outside > 0 ? 1 : 0;

async function score(seed: number, scrape: number): Promise<void> {
  const store = await createMetricStore();
  try {
    const made = madeUpKubelet(store, { seed, scrape, resource });
    await store.build();
    const prometheus = await startPrometheus({ dataDir: store.folder });
    try {
      const measured = amountsOf(await collect(prometheus.url, made));
      compare({ seed, scrape }, made, measured);
    } finally {
      await prometheus.stop();
    }
  } finally {
    await store.remove();
  }
}

async function collect(url: string, { from, to }: MadeUpKubelet): Promise<readonly Snapshot[]> {
  const config = configSchema.parse({
    prometheus: { url },
    workloads: { source: 'prometheus' },
    schedule: { settle: '90s' },
  });
  const collector = await createCollector(config);
  try {
    const windows = Array.from({ length: (to - from) / 300 }, (_, index) => ({
      start: (from + index * 300) * 1000,
      end: (from + (index + 1) * 300) * 1000,
    }));
    return await collector.collect(windows, {}, new AbortController().signal);
  } finally {
    await collector.close();
  }
}

interface Measured extends Amounts {
  /** The part of `cpu` that lies between a last sample and a known end. */
  estimated: number;
  livedSeconds: number;
  coveredSeconds: number;
}

function amountsOf(snapshots: readonly Snapshot[]): ReadonlyMap<string, Measured> {
  const sums = new Map<string, Measured>();
  for (const { pods, window } of snapshots) {
    const seconds = (window.end - window.start) / 1000;
    for (const pod of pods) {
      const sum = sums.get(pod.workload.name) ?? {
        cpu: 0,
        reserved: 0,
        charged: 0,
        estimated: 0,
        ram: 0,
        network: 0,
        disk: 0,
        livedSeconds: 0,
        coveredSeconds: 0,
      };
      sums.set(pod.workload.name, sum);
      sum.network += (pod.networkTransmitBytesPerSecond ?? 0) * seconds;
      for (const one of pod.containers) {
        sum.cpu += (one.cpuUsageCores ?? 0) * seconds;
        const reserved = (one.cpuRequestCores ?? 0) * pod.heldShare * seconds;
        sum.reserved += reserved;
        sum.charged += reserved + (one.cpuAboveRequestCores ?? 0) * seconds;
        sum.estimated += (one.cpuEstimatedCores ?? 0) * seconds;
        sum.ram += (one.ramUsageBytes ?? 0) * seconds;
        sum.disk += (one.diskWriteBytesPerSecond ?? 0) * seconds;
        sum.livedSeconds += one.runShare * seconds;
        sum.coveredSeconds += one.coverage * one.runShare * seconds;
      }
    }
  }
  return sums;
}

function compare(
  { seed, scrape }: { readonly seed: number; readonly scrape: number },
  { truth }: MadeUpKubelet,
  measured: ReadonlyMap<string, Measured>,
): void {
  const worst: Partial<Record<string, string>> = {};
  const lasting = [...truth].filter(([, { lasts }]) => lasts);
  const due = lasting.reduce((sum, [, { amounts }]) => sum + amounts.charged, 0);
  const charged = lasting.reduce((sum, [name]) => sum + (measured.get(name)?.charged ?? 0), 0);
  const off = charged / due - 1;
  if (Math.abs(off) > lastingBound(scrape)) {
    outside += 1;
    worst['charged'] = `all that lasts charged ${(100 * off).toFixed(2)} %`;
  }
  rows += 1;
  largest = Math.max(largest, Math.abs(off));
  for (const [name, right] of truth) {
    const got = measured.get(name);
    if (got !== undefined && got.estimated > 0) {
      const used = right.amounts.cpu;
      ending.used += used;
      ending.estimated += got.estimated;
      ending.off += Math.abs(got.cpu - used);
      ending.offWithout += Math.abs(got.cpu - got.estimated - used);
    }
    const coverage = got === undefined ? 0 : got.coveredSeconds / got.livedSeconds;
    for (const figure of FIGURES) {
      if (right.amounts[figure] === 0) continue;
      const error = (got?.[figure] ?? 0) / right.amounts[figure] - 1;
      rows += 1;
      if (Math.abs(error) <= right.bounds[figure]) continue;
      const text = `${name} ${figure} ${(100 * error).toFixed(1)} %`;
      if (figure !== 'reserved' && coverage < KNOWN_COVERAGE) exempt += 1;
      else {
        outside += 1;
        worst[figure] = text;
      }
    }
  }
  print(
    `seed ${seed}, ${scrape} s${resource ? ', /metrics/resource' : ''}: ${Object.values(worst).join('; ') || 'in bounds'}`,
  );
}

function range(text: string): readonly number[] {
  const [first = 1, last = first] = text.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
