import { CollectError, type Collector } from '../collect/collector.ts';
import type { Inventory } from '../collect/specs/inventory.ts';
import { isWholeOf, joinObjects } from '../collect/specs/joinObjects.ts';
import { workloadOfRecord } from '../collect/specs/recordWorkload.ts';
import type { Config } from '../daemon/config/schema.ts';
import { readCluster } from '../detect/keptCluster.ts';
import { postureOfInventory, postureOfSnapshot } from '../detect/posture/readInput.ts';
import type { PostureInput } from '../detect/posture/postureInput.ts';
import type { PresentObjects } from '../detect/rightsize/advice/readAdvice.ts';
import { misses } from '../model/clusterObjects.ts';
import type { KnownSources, Snapshot } from '../model/snapshot.ts';
import { floorTo, HOUR_MS, MINUTE_MS, type TimeMs } from '../model/time.ts';
import type { HistoryReader } from '../store/history.ts';
import type { Io } from './io.ts';
import { sourcesOfHistory, type CommandContext } from './options.ts';

const TIMEOUT_MS = MINUTE_MS;
/** The daemon keeps the cluster once an hour: what is older says that none runs, or that it sees nothing. */
const FRESH_MS = 2 * HOUR_MS;

export interface OfflineOption {
  readonly offline?: boolean;
}

/**
 * What advice needs of the cluster: as the daemon kept it lately; where it lacks something that advice asks, as the sources
 * show it now (never with `--offline`). Null where neither knows: an older one may be another by now.
 */
export async function presentObjects(
  reader: Pick<HistoryReader, 'loadState'>,
  { offline }: OfflineOption,
  context: CommandContext,
  { now }: Pick<Io, 'now'>,
): Promise<PresentObjects | null> {
  const last = await readCluster(reader);
  const kept = last !== null && now() - last.asOf <= FRESH_MS ? last : null;
  const objects = kept?.objects ?? null;
  const isWhole = objects !== null && isWholeOf(objects) && !misses(objects, 'deployments');
  if (offline === true || isWhole) return kept;
  return (await askedObjects(context, now())) ?? kept;
}

/** From specifications, with what metrics know beyond them; of these alone where they say everything. */
async function askedObjects(context: CommandContext, now: TimeMs): Promise<PresentObjects | null> {
  const inventory = await readSpecs(context, now);
  if (inventory === null) return presentSnapshot(context, now);
  const { objects, owners, pods } = inventory;
  const specified = {
    objects,
    pods: Array.from(pods.values(), (record) => {
      const { namespace, name, spec } = record;
      const { workload } = workloadOfRecord(record, owners);
      return { namespace, name, workload, spec, containers: [] };
    }),
  };
  if (isWholeOf(objects)) return specified;
  const measured = (await presentSnapshot(context, now))?.objects ?? null;
  return { ...specified, objects: joinObjects(objects, measured) };
}

/**
 * What posture is judged by: specifications (the API, a file), which need no metrics; where they list no
 * pods, the last window. Null where neither answers.
 */
export async function presentPosture(
  context: CommandContext,
  use: PostureInput['use'],
  now: TimeMs,
): Promise<PostureInput | null> {
  const specified = await specifiedPosture(context, use, now);
  if (specified !== null) return specified;
  const snapshot = await presentSnapshot(context, now);
  return snapshot === null ? null : postureOfSnapshot(snapshot, use);
}

/** The same from the API or a file alone; null where neither lists pods. */
export async function specifiedPosture(
  context: CommandContext,
  use: PostureInput['use'],
  now: TimeMs,
): Promise<PostureInput | null> {
  const inventory = await readSpecs(context, now);
  return inventory === null ? null : postureOfInventory(inventory, use);
}

/** Null where neither the API nor a file lists pods; a cluster without any has namespaces at least. */
async function readSpecs({ loaded, log }: CommandContext, now: TimeMs): Promise<Inventory | null> {
  const [{ createSpecSource }, { SYSTEM_DEPS }] = await Promise.all([
    import('../collect/specs/createSpecSource.ts'),
    import('../collect/systemDeps.ts'),
  ]);
  const source = createSpecSource(loaded.config, SYSTEM_DEPS);
  if (source === null) return null;
  const inventory = await source.read(now, AbortSignal.timeout(TIMEOUT_MS));
  for (const { text } of inventory.problems) log.warn(text);
  const { pods, namespaces, objects } = inventory;
  const isEmpty = namespaces.size === 0 || misses(objects, 'pods');
  return pods.size === 0 && isEmpty ? null : inventory;
}

/** The last complete window; null, with a warning, where Prometheus does not answer. */
export async function presentSnapshot(
  { loaded: { config }, log }: CommandContext,
  now: TimeMs,
): Promise<Snapshot | null> {
  const { createCollector } = await import('../collect/createCollector.ts');
  const collector = await createCollector(config);
  try {
    const known = await sourcesOfHistory(config);
    return await collectLastWindow(collector, config, {
      now,
      known,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    log.warn(`Prometheus query failed, using the history alone: ${error.message}`);
    return null;
  } finally {
    await collector.close();
  }
}

/** The last complete window as Prometheus has it now: samples arrive late, hence the settle time. @throws CollectError */
export async function collectLastWindow(
  collector: Collector,
  { schedule: { window, settle } }: Pick<Config, 'schedule'>,
  asked: { readonly now: TimeMs; readonly known: KnownSources; readonly signal: AbortSignal },
): Promise<Snapshot | null> {
  const end = floorTo(asked.now - settle, window);
  const [snapshot] = await collector.collect(
    [{ start: end - window, end }],
    asked.known,
    asked.signal,
  );
  return snapshot ?? null;
}
