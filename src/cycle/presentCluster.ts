import { CollectError, type Collector } from '../collect/collector.ts';
import type { Inventory, SpecSource } from '../collect/specs/inventory.ts';
import { workloadOfRecord } from '../collect/specs/recordWorkload.ts';
import { isWholeOf, joinObjects } from '../collect/specs/joinObjects.ts';
import type { CollectConfig } from '../collect/config.ts';
import type { ScheduleConfig } from './config.ts';
import { postureOfInventory, postureOfSnapshot } from '../detect/posture/readInput.ts';
import type { PostureInput } from '../detect/posture/postureInput.ts';
import type { PresentObjects } from '../detect/rightsize/advice/readAdvice.ts';
import { misses } from '../model/clusterObjects.ts';
import type { KnownSources, Snapshot } from '../model/snapshot.ts';
import { floorTo, MINUTE_MS, type TimeMs } from '../model/time.ts';

/** What asking the cluster as it is now depends on. */
export interface PresentConfig extends CollectConfig {
  readonly schedule: ScheduleConfig;
}

const TIMEOUT_MS = MINUTE_MS;

export interface PresentClusterParts {
  readonly config: PresentConfig;
  now(): TimeMs;
  /** What the history knows of whom to believe; nothing where there is none. */
  known(): Promise<KnownSources>;
  /** Is given what could not be read. */
  warn(problem: string): void;
}

/**
 * The cluster as its sources show it now, for what the history does not keep (autoscalers, quotas,
 * specifications, labels of workloads). Metrics are queried at most once a window.
 */
export class PresentCluster {
  readonly #parts: PresentClusterParts;
  #source: Promise<SpecSource | null> | null = null;
  #kept: { readonly end: TimeMs; readonly snapshot: Promise<Snapshot | null> } | null = null;

  constructor(parts: PresentClusterParts) {
    this.#parts = parts;
  }

  /** The last complete window; null, with a warning, where Prometheus does not answer. */
  snapshot(): Promise<Snapshot | null> {
    const { config, now } = this.#parts;
    const { end } = lastCompleteWindow(config, now());
    if (this.#kept?.end !== end) this.#kept = { end, snapshot: this.#collect() };
    return this.#kept.snapshot;
  }

  /** What advice needs: specifications, with what metrics know beyond them; alone where they say everything. */
  async objects(): Promise<PresentObjects | null> {
    const inventory = await this.#specs();
    if (inventory === null) return this.snapshot();
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
    const measured = (await this.snapshot())?.objects ?? null;
    return { ...specified, objects: joinObjects(objects, measured) };
  }

  /**
   * What posture is judged by: specifications (the API, a file), which need no metrics; where they list no
   * pods, the last window. Null where neither answers.
   */
  async posture(use: PostureInput['use']): Promise<PostureInput | null> {
    const specified = await this.specified(use);
    if (specified !== null) return specified;
    const snapshot = await this.snapshot();
    return snapshot === null ? null : postureOfSnapshot(snapshot, use);
  }

  /** The same from the API or a file alone; null where neither lists pods. */
  async specified(use: PostureInput['use']): Promise<PostureInput | null> {
    const inventory = await this.#specs();
    return inventory === null ? null : postureOfInventory(inventory, use);
  }

  /** Null where neither the API nor a file lists pods; a cluster without any has namespaces at least. */
  async #specs(): Promise<Inventory | null> {
    const { now, warn } = this.#parts;
    // Kept, so that what is listed once an hour is listed once an hour.
    const source = await (this.#source ??= this.#openSpecs());
    if (source === null) return null;
    const inventory = await source.read(now(), AbortSignal.timeout(TIMEOUT_MS));
    for (const { text } of inventory.problems) warn(text);
    const { pods, namespaces, objects } = inventory;
    const isEmpty = namespaces.size === 0 || misses(objects, 'pods');
    return pods.size === 0 && isEmpty ? null : inventory;
  }

  /** Threads that answer questions need what speaks to servers for few of them: it is loaded with the first. */
  async #openSpecs(): Promise<SpecSource | null> {
    const [{ createSpecSource }, { SYSTEM_DEPS }] = await Promise.all([
      import('../collect/specs/createSpecSource.ts'),
      import('../collect/systemDeps.ts'),
    ]);
    return createSpecSource(this.#parts.config, SYSTEM_DEPS);
  }

  async #collect(): Promise<Snapshot | null> {
    const { config, now, known, warn } = this.#parts;
    const { createCollector } = await import('../collect/createCollector.ts');
    const collector = await createCollector(config);
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return await presentSnapshot(collector, config, {
        now: now(),
        known: await known(),
        signal,
        warn,
      });
    } finally {
      await collector.close();
    }
  }
}

interface PresentOptions {
  readonly now: TimeMs;
  readonly known: KnownSources;
  readonly signal: AbortSignal;
}

/** The last complete window; null, with a warning, where Prometheus does not answer. */
export async function presentSnapshot(
  collector: Collector,
  config: PresentConfig,
  options: PresentOptions & { warn(problem: string): void },
): Promise<Snapshot | null> {
  try {
    return await collectLastWindow(collector, config, options);
  } catch (error) {
    if (!(error instanceof CollectError)) throw error;
    options.warn(`Prometheus query failed, using the history alone: ${error.message}`);
    return null;
  }
}

/** The last complete window as Prometheus has it now. @throws CollectError */
export async function collectLastWindow(
  collector: Collector,
  config: PresentConfig,
  { now, known, signal }: PresentOptions,
): Promise<Snapshot | null> {
  const window = lastCompleteWindow(config, now);
  const [snapshot] = await collector.collect([window], known, signal);
  return snapshot ?? null;
}

/** Samples arrive late, hence the settle time. */
function lastCompleteWindow({ schedule }: PresentConfig, now: TimeMs) {
  const { window, settle } = schedule;
  const end = floorTo(now - settle, window);
  return { start: end - window, end };
}
