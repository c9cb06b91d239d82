import type { EvidenceFamily } from '../../../model/finding.ts';
import type { TimeMs, Window } from '../../../model/time.ts';
import type { PlannedEvent } from '../../../model/plannedEvent.ts';
import type { KnownSignal } from '../../signals/signalMemory.ts';
import type { Indicators } from './indicators.ts';
import type { Normal } from '../expectation/normal.ts';
import type { HourRing } from '../../usual/hourRing.ts';
import type { Track } from '../state/state.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Suspicion } from '../excess/excess.ts';
import type { AbuseThresholds } from '../thresholds.ts';

/** How the use of one container goes with that of the others of its pod. */
export interface Follow {
  /** True: it surely follows them; false: it surely does not; null: they have not varied enough to tell. */
  readonly follows: boolean | null;
  /** True where its use is clearly evener than theirs; false also where too little was seen. */
  readonly isEvener: boolean;
}

/** A new container in the pods of a known workload, and how it stands beside the known containers. */
export interface SideCar extends Follow {
  readonly othersCores: number | null;
  /** True while it uses no more than they do, or than can be critical, on average since it came. */
  readonly isLittle: boolean;
  readonly workloads: number;
  /** True when they are many, in several namespaces: a rollout to the cluster, by whoever may do that. */
  readonly isRollout: boolean;
}

/** All that a signal may look at: one window of one subject, and what is remembered of it. */
export interface Facts {
  readonly subject: Subject;
  readonly track: Track;
  readonly ring: HourRing | null;
  readonly normal: Normal;
  readonly suspicion: Suspicion;
  readonly sideCar: SideCar | null;
  readonly ignoresTraffic: boolean;
  readonly indicators: Indicators;
  /** What other tools lately reported of its workload, oldest first. */
  readonly reported: readonly KnownSignal[];
  readonly window: Window;
  readonly historyStart: TimeMs;
  readonly thresholds: AbuseThresholds;
  /** The event that people have planned for it in this window, if they may keep abuse quiet. */
  readonly planned: PlannedEvent | null;
}

export interface Measurement {
  readonly value: number | string | null;
  readonly threshold: number | string | null;
  /** 0 quiet, 0.5 weak, 1 or more strong; null: not known, which never counts. */
  readonly strength: number | null;
  /** One plain sentence for people; for null, what is missing. */
  readonly text: string;
}

export interface Signal {
  readonly name: string;
  readonly family: EvidenceFamily;
  readonly unit: string;
  measure(facts: Facts): Measurement;
}

export interface MeasuredSignal extends Measurement {
  readonly signal: Signal;
}

export function unknown(text: string): Measurement {
  return { value: null, threshold: null, strength: null, text };
}
