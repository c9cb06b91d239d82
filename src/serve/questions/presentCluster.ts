import { CollectError, type Collector } from '../../collect/collector.ts';
import { createCollector, SYSTEM_DEPS } from '../../collect/createCollector.ts';
import { createSpecSource } from '../../collect/specs/createSpecSource.ts';
import type { Inventory } from '../../collect/specs/inventory.ts';
import type { ServeConfig } from '../config.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { floorTo, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { PresentObjects } from '../../detect/rightsize/advice/readAdvice.ts';
import { presentInSpecs } from '../../detect/rightsize/advice/presentInSpecs.ts';
import { postureOfInventory } from '../../detect/posture/fromInventory.ts';
import { postureOfSnapshot } from '../../detect/posture/fromSnapshot.ts';
import type { PostureInput } from '../../detect/posture/postureInput.ts';

const TIMEOUT_MS = MINUTE_MS;

export interface PresentParts {
  config(): ServeConfig;
  now(): TimeMs;
  warn(problem: string): void;
}

/**
 * The cluster as its sources show it now, for what the history does not keep (autoscalers, quotas, labels of
 * workloads): asked at most once a window, and only when somebody looks.
 */
export class PresentCluster {
  readonly #parts: PresentParts;
  #kept: { readonly end: TimeMs; readonly snapshot: Promise<Snapshot | null> } | null = null;

  constructor(parts: PresentParts) {
    this.#parts = parts;
  }

  /**
   * What posture is judged by: specifications (the API, a file), which need no metrics; where they tell of no
   * pod, the last window has to do. Null where neither answers.
   */
  async posture(use: PostureInput['use']): Promise<PostureInput | null> {
    const inventory = await this.#specs();
    if (inventory !== null) return postureOfInventory(inventory, use);
    const snapshot = await this.#snapshot();
    return snapshot === null ? null : postureOfSnapshot(snapshot, use);
  }

  /** What advice needs of the cluster: specifications alone where there are any, else the last window. */
  async objects(): Promise<PresentObjects | null> {
    const inventory = await this.#specs();
    return inventory === null ? this.#snapshot() : presentInSpecs(inventory);
  }

  /** Forgets what it knows: the configuration changed. */
  reset(): void {
    this.#kept = null;
  }

  /** Null where neither the API nor a file tells of any pod. */
  async #specs(): Promise<Inventory | null> {
    const specs = createSpecSource(this.#parts.config(), SYSTEM_DEPS);
    if (specs === null) return null;
    try {
      const inventory = await specs.read(this.#parts.now(), AbortSignal.timeout(TIMEOUT_MS));
      for (const { text } of inventory.problems) this.#parts.warn(text);
      return inventory.pods.size > 0 ? inventory : null;
    } finally {
      await specs.close();
    }
  }

  /** The last complete window; null where no source can be asked. */
  #snapshot(): Promise<Snapshot | null> {
    const { window, settle } = this.#parts.config().schedule;
    const end = floorTo(this.#parts.now() - settle, window);
    if (this.#kept?.end === end) return this.#kept.snapshot;
    const snapshot = this.#collect(end - window, end);
    this.#kept = { end, snapshot };
    return snapshot;
  }

  async #collect(start: TimeMs, end: TimeMs): Promise<Snapshot | null> {
    let collector: Collector | null = null;
    try {
      collector = await createCollector(this.#parts.config());
      const expected = { cadvisor: 0, kubeState: 0 };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const [snapshot] = await collector.collect([{ start, end }], expected, signal);
      return snapshot ?? null;
    } catch (error) {
      if (!(error instanceof CollectError)) throw error;
      this.#parts.warn(
        `the cluster cannot be asked for recommendations and posture: ${error.message}`,
      );
      return null;
    } finally {
      await collector?.close();
    }
  }
}
