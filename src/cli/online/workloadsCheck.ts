import { CollectError } from '../../collect/collector.ts';
import { SYSTEM_DEPS } from '../../collect/systemDeps.ts';
import { createPrometheusCollector } from '../../collect/prometheusCollector.ts';
import { createSpecSource } from '../../collect/specs/createSpecSource.ts';
import { enrich } from '../../collect/specs/enrich.ts';
import { FEATURES, type Feature } from '../../collect/specs/features.ts';
import { refuseForeign } from '../../collect/specs/foreign.ts';
import type { Inventory } from '../../collect/specs/inventory.ts';
import { collectLastWindow } from '../presentCluster.ts';
import type { Config } from '../../daemon/config/schema.ts';
import type { DataProblem, Snapshot } from '../../model/snapshot.ts';
import type { TimeMs } from '../../model/time.ts';
import type { OnlineResult } from './onlineResult.ts';

/**
 * Reads specifications as a cycle would, joins them to the last window, and says for each feature whether
 * this cluster's permissions and metrics allow it, and if not what to change.
 */
export async function checkWorkloads(
  config: Config,
  now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[]> {
  const snapshot = await lastWindow(config, now, signal);
  const source = createSpecSource(config, SYSTEM_DEPS);
  if (source === null) {
    const alone = { level: 'ok', text: `metrics alone (${whyAlone(config)})` } as const;
    return [alone, ...(snapshot === null ? [] : featuresOf(snapshot, config))];
  }
  try {
    const read = await source.read(now, signal);
    const inventory = snapshot === null ? read : refuseForeign(read, [snapshot]);
    const results = [whatWasRead(inventory), ...inventory.problems.map(toResult)];
    if (snapshot === null) return results;
    const enriched = enrich(snapshot, inventory);
    return [...results, joined(enriched), ...featuresOf(enriched, config)];
  } finally {
    await source.close();
  }
}

/** Null where Prometheus has none: its own check says so. */
async function lastWindow(
  config: Config,
  now: TimeMs,
  signal: AbortSignal,
): Promise<Snapshot | null> {
  const collector = await createPrometheusCollector(config, SYSTEM_DEPS);
  try {
    const snapshot = await collectLastWindow(collector, config, { now, known: {}, signal });
    return snapshot?.pods.length === 0 ? null : snapshot;
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    return null;
  } finally {
    await collector.close();
  }
}

function whyAlone({ workloads }: Config): string {
  return workloads.source === 'prometheus'
    ? 'workloads.source is prometheus'
    : 'workloads.source is auto, and no API is at hand: set workloads.kubeconfig, run inside the cluster, or use a file';
}

function whatWasRead({ pods, objects, namespaces, workloads }: Inventory): OnlineResult {
  const { nodes } = objects;
  const text = `specifications of ${pods.size} pods, ${nodes.length} nodes, ${namespaces.size} namespaces and ${workloads.size} workloads`;
  const all = pods.size + nodes.length + namespaces.size + workloads.size;
  return { level: all > 0 ? 'ok' : 'warning', text };
}

function toResult({ code, text }: DataProblem): OnlineResult {
  return { level: code === 'source-unavailable' ? 'failed' : 'warning', text };
}

function joined({ pods }: Snapshot): OnlineResult {
  const known = pods.filter(({ spec }) => spec !== null).length;
  const text = `specifications are known of ${known} of ${pods.length} pods in the last window`;
  return { level: known > 0 ? 'ok' : 'warning', text };
}

function featuresOf(snapshot: Snapshot, config: Config): readonly OnlineResult[] {
  return FEATURES.map((feature) =>
    feature.isThere(snapshot)
      ? { level: 'ok', text: feature.name }
      : { level: 'warning', text: `${feature.name}: ${cureOf(feature, config)}` },
  );
}

function cureOf(
  { resources, allowList, isReview = false }: Feature,
  { workloads: { source, clusterReview, namespaces } }: Config,
): string {
  const names = resources.join(', ');
  if (isReview && source !== 'file') {
    if (!clusterReview) return 'workloads.clusterReview is off';
    if (namespaces.length > 0)
      return 'not known of the whole cluster while workloads.namespaces is set';
  }
  const own =
    source === 'file'
      ? `let the file hold ${names}`
      : source === 'prometheus'
        ? `set workloads.source to auto or file, with ${names}`
        : `let Burnwatch list ${names}`;
  return allowList === null ? own : `${own}, or start kube-state-metrics with ${allowList}`;
}
