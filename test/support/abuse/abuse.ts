import { loadThresholds } from '../../../src/daemon/config/loadThresholds.ts';
import { HOUR_MS } from '../../../src/model/time.ts';
import type { Baseline } from '../../../src/detect/abuse/expectation/baseline.ts';
import type { Indicators } from '../../../src/detect/abuse/evidence/indicators.ts';
import type { Normal } from '../../../src/detect/abuse/expectation/normal.ts';
import type { Facts, Measurement, Signal } from '../../../src/detect/abuse/evidence/signal.ts';
import { emptyTrack, type Track } from '../../../src/detect/abuse/state/state.ts';
import { aContainer, aPod } from '../cost.ts';
import type { Subject, SubjectMember } from '../../../src/detect/abuse/subjects/subject.ts';
import type { Suspicion } from '../../../src/detect/abuse/excess/excess.ts';

/** Builders for tests of signals: facts of which a test names only what it is about. */
const START = Date.UTC(2026, 10, 2, 12);
const KNOBS = loadThresholds([]).abuse;

/** One of its pods; a test of signals looks at nothing but its use. */
export function aMember(cores: number): SubjectMember {
  const container = aContainer({ name: 'app', cpuUsageCores: cores });
  return { pod: aPod({ name: 'web-1', containers: [container] }), container, cores, costNano: 0 };
}

export function aSubject(change: Partial<Subject> = {}): Subject {
  return {
    key: 'c/shop/Deployment/web/app',
    kind: 'cpu',
    scope: {
      namespace: 'shop',
      workload: { kind: 'Deployment', name: 'web' },
      container: 'app',
      subject: null,
    },
    namespace: 'shop',
    workload: { kind: 'Deployment', name: 'web' },
    runs: false,
    image: 'registry.example.com/web:v1',
    repository: 'registry.example.com/web',
    members: [aMember(0.5)],
    isSummed: false,
    cores: 0.5,
    limit: 1,
    request: 0.2,
    nodeCores: 16,
    net: 200,
    disk: 0,
    diskReads: 0,
    ram: 2e8,
    ramLimit: 1e9,
    tensor: null,
    netWithout: null,
    isStarting: false,
    costNano: 0,
    ...change,
  };
}

function aBaseline(change: Partial<Baseline> = {}): Baseline {
  return {
    normal: 0.1,
    sigma: 0.01,
    window: { upper: 0.12, wobble: 0.02 },
    average: { upper: 0.11, wobble: 0.01 },
    highest: 0.15,
    net: 10_000,
    disk: 0,
    netPerCoreSecond: 100_000,
    bytesPerCoreSecond: 100_000,
    traffic: null,
    hours: 200,
    isShort: false,
    isProvisional: false,
    ...change,
  };
}

export function own(change: Partial<Baseline> = {}): Normal {
  return {
    source: 'own',
    base: aBaseline(change),
    isDeployed: false,
    isArrival: false,
    lapsedBefore: 0,
    coLocatedNet: 0,
    siblings: null,
  };
}

export const NEW: Normal = {
  source: 'new',
  base: null,
  isDeployed: true,
  isArrival: false,
  lapsedBefore: 0,
  coLocatedNet: 0,
  siblings: null,
};
export const UNKNOWN: Normal = {
  source: 'unknown',
  base: null,
  isDeployed: false,
  isArrival: false,
  lapsedBefore: 0,
  coLocatedNet: 0,
  siblings: null,
};

export function aSuspicion(change: Partial<Suspicion> = {}): Suspicion {
  return {
    cores: 0.5,
    normal: 0.1,
    threshold: 0.2,
    extraCores: 0.4,
    extraBytes: 0,
    by: null,
    traffic: null,
    isHot: true,
    isLevel: false,
    ...change,
  };
}

export function aTrack(change: Partial<Track> = {}): Track {
  return { ...emptyTrack(START - 300 * HOUR_MS), lastSeen: START, ...change };
}

export const NO_INDICATORS: Indicators = {
  strong: [],
  weak: [],
  disguise: null,
  isSpecKnown: true,
};

export function aFacts(change: Partial<Facts> = {}): Facts {
  return {
    planned: null,
    subject: aSubject(),
    track: aTrack(),
    ring: null,
    normal: own(),
    suspicion: aSuspicion(),
    sideCar: null,
    ignoresTraffic: false,
    indicators: NO_INDICATORS,
    reported: [],
    window: { start: START, end: START + 300_000 },
    historyStart: START - 400 * HOUR_MS,
    thresholds: KNOBS,
    ...change,
  };
}

/** The strength that a signal reads from facts. */
export function strengthOf(signal: Signal, change: Partial<Facts>): number | null {
  return reading(signal, change).strength;
}

export function reading(signal: Signal, change: Partial<Facts>): Measurement {
  return signal.measure(aFacts(change));
}
