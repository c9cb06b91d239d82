import { rateRangeOf } from '../../collect/prometheus/rateRange.ts';
import { CollectError } from '../../collect/collector.ts';
import { SYSTEM_DEPS } from '../../collect/systemDeps.ts';
import { createPrometheusCollector } from '../../collect/prometheusCollector.ts';
import type { Config } from '../../daemon/config/schema.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { formatTime, type TimeMs } from '../../model/time.ts';
import { sourcesOfHistory } from '../options.ts';
import type { OnlineResult } from './onlineResult.ts';
import { formatDuration } from '../../model/text/units.ts';
import { collectLastWindow } from '../presentCluster.ts';

/** A rate needs this many scrapes in its range to live through a missed one. */
const SCRAPES_PER_RANGE = 4;

/**
 * Observes the last complete window as a cycle would, and says what it found, what is missing, and what
 * each missing metric takes away.
 */
export async function checkPrometheus(
  config: Config,
  now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[]> {
  const server = new URL(config.prometheus.url).host;
  const collector = await createPrometheusCollector(config, SYSTEM_DEPS);
  try {
    const known = await sourcesOfHistory(config);
    const seen = await collectLastWindow(collector, config, { now, known, signal });
    const oldest = await collector.oldestData(signal);
    if (seen === null || oldest === null) return [nothingThere(server, config)];
    return [
      answers(server, seen),
      history(oldest, now, config),
      ...scrapes(seen, config),
      ...sources(seen),
    ].concat(seen.problems.map(({ text }) => ({ level: 'warning', text })));
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    return [{ level: 'failed', text: `${server}: ${error.message} (${error.code})` }];
  } finally {
    await collector.close();
  }
}

function answers(server: string, { nodes, pods, window }: Snapshot): OnlineResult {
  const containers = pods.reduce((sum, pod) => sum + pod.containers.length, 0);
  const until = formatTime(window.end);
  return {
    level: containers > 0 ? 'ok' : 'failed',
    text: `${server} answers: ${nodes.length} nodes, ${pods.length} pods, ${containers} containers in the window up to ${until}`,
  };
}

function nothingThere(server: string, { prometheus }: Config): OnlineResult {
  const cure =
    prometheus.matchers === ''
      ? 'let it scrape the kubelets (/metrics/cadvisor) and kube-state-metrics'
      : `look whether prometheus.matchers (${prometheus.matchers}) chooses anything`;
  return {
    level: 'failed',
    text: `${server} answers, but holds neither container_cpu_usage_seconds_total nor kube_node_info: ${cure}`,
  };
}

function history(oldest: TimeMs, now: TimeMs, { schedule }: Config): OnlineResult {
  const days = formatDuration(now - oldest);
  const wanted = formatDuration(schedule.initialBackfill);
  const text = `holds data since ${formatTime(oldest)} (${days})`;
  if (now - oldest >= schedule.initialBackfill) return { level: 'ok', text };
  return { level: 'ok', text: `${text}; a new history begins there, not ${wanted} ago` };
}

/** Whom the history believes; where there is none, whom a new one would. */
function sources({ expectedSamples }: Snapshot): readonly OnlineResult[] {
  return Object.entries(expectedSamples.sources ?? {}).map(([exporter, jobs]) => {
    const named = jobs.map((job) => (job === '' ? 'series without a job' : `job ${job}`));
    return { level: 'ok', text: `metrics of ${exporter} are believed from ${named.join(', ')}` };
  });
}

function scrapes({ scrapes: seen }: Snapshot, config: Config): readonly OnlineResult[] {
  const interval = seen?.usageMs ?? null;
  if (interval === null) return [];
  const range = rateRangeOf(config);
  const kube = seen?.kubeMs ?? null;
  const also = kube === null ? '' : `, kube-state-metrics every ${formatDuration(kube)}`;
  const text = `containers are scraped every ${formatDuration(interval)}`;
  if (range >= SCRAPES_PER_RANGE * interval) return [{ level: 'ok', text: `${text}${also}` }];
  const cure = `set schedule.window or prometheus.rateRange to at least ${formatDuration(SCRAPES_PER_RANGE * interval)}, or scrape more often`;
  return [
    {
      level: 'warning',
      text: `${text}: too few samples in a range of ${formatDuration(range)}, so that one missed scrape leaves a gap; ${cure}`,
    },
  ];
}
