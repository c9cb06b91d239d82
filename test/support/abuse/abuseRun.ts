import { configSchema } from '../../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../../src/daemon/config/loadThresholds.ts';
import { runWindow } from '../../../src/cycle/runWindow.ts';
import { emptyState, WorkingState } from '../../../src/store/cycleState.ts';
import { aContainer, aNode, aPod, aSnapshot } from '../cost.ts';
import type { Finding, FindingEvent } from '../../../src/model/finding.ts';
import type { ContainerSample, PodSample, Snapshot } from '../../../src/model/snapshot.ts';
import { MINUTE_MS, type TimeMs } from '../../../src/model/time.ts';
import { abuseDetector } from '../../../src/detect/abuse/abuseDetector.ts';
import { signalDetector } from '../../../src/detect/signals/signalDetector.ts';
import { abuseCodec } from '../../../src/detect/abuse/state/codec.ts';
import { type AbuseState } from '../../../src/detect/abuse/state/state.ts';
import type { AbuseThresholds } from '../../../src/detect/abuse/thresholds.ts';

interface RunOptions {
  readonly start?: TimeMs;
  readonly windowMs?: number;
  readonly allow?: AbuseThresholds['allow'];
  readonly abuse?: AbuseThresholds;
  /** Every row is stored and read again between two windows. */
  readonly stores?: boolean;
}

/** Plays windows through `runWindow` with the detectors of abuse and of other tools’ events alone. For tests. */
export class AbuseRun {
  /** A Monday. */
  static readonly START = Date.UTC(2026, 9, 5);
  readonly state = new WorkingState(emptyState());
  readonly events: FindingEvent[] = [];
  readonly windowMs: number;
  private readonly settings: Parameters<typeof runWindow>[2];
  private readonly stores: boolean;
  private at: TimeMs;

  constructor(options: RunOptions = {}) {
    const thresholds = loadThresholds([]);
    const abuse = { ...thresholds.abuse, ...options.abuse, allow: options.allow ?? [] };
    this.settings = {
      config: configSchema.parse({ cluster: 'test' }),
      thresholds: { ...thresholds, abuse },
      detectors: [abuseDetector, signalDetector],
      priceLists: [],
      configHash: 'test',
    };
    this.at = options.start ?? AbuseRun.START;
    this.windowMs = options.windowMs ?? 5 * MINUTE_MS;
    this.stores = options.stores ?? false;
  }

  get now(): TimeMs {
    return this.at;
  }

  /**
   * Plays windows for so long; `podsAt` says who runs in the one that begins at `start`. `change` is of the first.
   */
  play(
    duration: number,
    podsAt: (start: TimeMs) => readonly PodSample[],
    change: Partial<Snapshot> = {},
  ): this {
    const until = this.at + duration;
    for (let changed = change; this.at < until; changed = {}) {
      const {
        change: next,
        events,
        failures,
      } = runWindow({ ...this.snapshot(podsAt(this.at)), ...changed }, this.state, this.settings);
      for (const { error } of failures) throw error;
      this.state.apply(next);
      this.events.push(...events);
      if (this.stores) this.storeRows();
      this.at += this.windowMs;
    }
    return this;
  }

  /** Findings that are not resolved. */
  open(): readonly Finding[] {
    return [...this.state.findings.values()].filter(({ state }) => state !== 'resolved');
  }

  private snapshot(pods: readonly PodSample[]): Snapshot {
    return aSnapshot({
      window: { start: this.at, end: this.at + this.windowMs },
      nodes: Array.from({ length: 16 }, (_, n) => aNode({ name: `node-${n + 1}`, cpuCores: 16 })),
      pods,
      expectedSamples: {},
    });
  }

  private storeRows(): void {
    const rows = this.state.detectors.get('abuse');
    for (const [key, row] of rows ?? [])
      rows?.set(key, abuseCodec.decode(abuseCodec.encode(row as AbuseState)));
  }
}

/** A pod that uses so many cores and moves so many bytes a second. */
export function using(
  cores: number,
  bytesPerSecond: number,
  change: Partial<PodSample> & { readonly container?: Partial<ContainerSample> } = {},
): PodSample {
  const { container, ...pod } = change;
  return aPod({
    name: 'web-7d4b9c5f6-abcde',
    workload: { kind: 'Deployment', name: 'web' },
    node: 'node-1',
    hostNetwork: false,
    networkReceiveBytesPerSecond: bytesPerSecond / 2,
    networkTransmitBytesPerSecond: bytesPerSecond / 2,
    containers: [
      aContainer({
        name: 'app',
        image: 'registry.example.com/shop/web:v1',
        cpuUsageCores: cores,
        cpuLimitCores: 1,
        cpuRequestCores: 0.2,
        ramUsageBytes: 2e8,
        ramLimitBytes: 1e9,
        diskReadBytesPerSecond: 0,
        diskWriteBytesPerSecond: 100,
        throttledShare: 0,
        ...container,
      }),
    ],
    ...pod,
  });
}
