import { CollectError, type Collector } from '../../collect/collector.ts';
import { createCollector } from '../../collect/createCollector.ts';
import type { Config } from '../../config/schema.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { floorTo, MINUTE_MS, type TimeMs } from '../../model/time.ts';

const TIMEOUT_MS = MINUTE_MS;

export interface PresentParts {
  config(): Config;
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

  /** Null where no source can be asked. */
  snapshot(): Promise<Snapshot | null> {
    const { window, settle } = this.#parts.config().schedule;
    const end = floorTo(this.#parts.now() - settle, window);
    if (this.#kept?.end === end) return this.#kept.snapshot;
    const snapshot = this.#collect(end - window, end);
    this.#kept = { end, snapshot };
    return snapshot;
  }

  /** Forgets what it knows: the configuration changed. */
  reset(): void {
    this.#kept = null;
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
