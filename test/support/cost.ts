import type { z } from 'zod';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { ContainerSample, NodeSample, PodSample, Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS, type TimeMs } from '../../src/model/time.ts';
import { allocate } from '../../src/cost/allocate.ts';
import type { PricingConfig } from '../../src/cost/config.ts';
import { priceNodes } from '../../src/cost/priceNodes.ts';
import type { WindowRecord } from '../../src/store/history.ts';

/** Builders for tests: a complete sample of which a test names only what it is about. */
export function pricing(overrides: z.input<typeof configSchema>['pricing'] = {}): PricingConfig {
  return configSchema.parse({ pricing: overrides }).pricing;
}

export function aNode(overrides: Partial<NodeSample> & Pick<NodeSample, 'name'>): NodeSample {
  return {
    cpuCores: 4,
    ramBytes: 16 * 1024 ** 3,
    gpus: 0,
    allocatableCpuCores: null,
    allocatableRamBytes: null,
    labels: {},
    providerId: null,
    upShare: 1,
    exportedPrice: null,
    ...overrides,
  };
}

export function aContainer(overrides: Partial<ContainerSample> = {}): ContainerSample {
  return {
    name: 'app',
    image: null,
    imageId: null,
    init: false,
    cpuUsageCores: 0,
    cpuRequestCores: null,
    cpuLimitCores: null,
    ramUsageBytes: 0,
    ramPeakBytes: 0,
    ramRequestBytes: null,
    ramLimitBytes: null,
    gpuRequest: null,
    gpuUtilisation: null,
    gpuTensorActivity: null,
    diskReadBytesPerSecond: null,
    diskWriteBytesPerSecond: null,
    throttledShare: null,
    runShare: 1,
    restarts: 0,
    lastTerminatedReason: null,
    waitingReason: null,
    coverage: 1,
    ...overrides,
  };
}

export function aPod(overrides: Partial<PodSample> & Pick<PodSample, 'name'>): PodSample {
  const namespace = overrides.namespace ?? 'shop';
  return {
    namespace,
    uid: `uid-${namespace}-${overrides.name}`,
    workload: { kind: 'Deployment', name: overrides.name },
    workloadKnown: true,
    node: 'n1',
    createdAt: null,
    phase: 'Running',
    hostNetwork: false,
    labels: {},
    annotations: {},
    heldShare: 1,
    networkReceiveBytesPerSecond: null,
    networkTransmitBytesPerSecond: null,
    containers: [aContainer()],
    spec: null,
    ...overrides,
  };
}

export function aSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  const start = Date.UTC(2026, 10, 23, 10);
  return {
    cluster: 'test',
    window: { start, end: start + HOUR_MS },
    nodes: [aNode({ name: 'n1' })],
    pods: [],
    namespaces: new Map(),
    volumes: [],
    loadBalancers: [],
    coverage: 1,
    complete: true,
    problems: [],
    expectedSamples: {},
    ...overrides,
  };
}

/** A sealed window with its costs: what a history is filled with where detectors do not matter. */
export function pricedWindow(
  snapshot: Snapshot,
  rules: PricingConfig,
  historyStart: TimeMs,
): WindowRecord {
  const { expectedSamples, window } = snapshot;
  const change = { historyStart, watermark: window.end, expectedSamples };
  return {
    snapshot,
    costs: allocate(snapshot, priceNodes(snapshot, rules), rules),
    change: { ...change, detectors: new Map(), findings: new Map() },
    events: [],
    muted: false,
    applied: [],
    configHash: '',
  };
}
