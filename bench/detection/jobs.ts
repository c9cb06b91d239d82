import type { Lacks } from './play.ts';
import { METRICS_ONLY } from './play.ts';
import {
  coldWorld,
  guisedWorld,
  honestWorld,
  measuredWorld,
  minerWorld,
  poisonWorld,
  type Split,
  type World,
} from './worlds.ts';

/** One world to be played: everything that a worker thread needs, as plain data. */
export interface Job {
  readonly part: 'miners' | 'honest' | 'measured' | 'cold' | 'poison' | 'guised';
  readonly split: Split;
  readonly seed: number;
  readonly lacks: Lacks;
  readonly setting: 'metrics' | 'specs' | 'no-network' | 'no-disk';
  /** A signal that is left out (ablation). */
  readonly without: string | null;
  /** Cases of each plan or archetype. */
  readonly copies: number;
  readonly shares?: readonly number[];
  /** Days of an honest world. */
  readonly days?: number;
  /** Rules used today run beside it. */
  readonly withRules: boolean;
}

/** How much is played; the small one is for continuous integration. */
export interface Size {
  readonly minerSeeds: number;
  readonly honestSeeds: number;
  readonly coldSeeds: number;
  /** Worlds that the rules used today see too. */
  readonly ruledSeeds: number;
  readonly ablation: readonly string[];
}

const SETTINGS: Readonly<Record<Job['setting'], Lacks>> = {
  metrics: METRICS_ONLY,
  specs: { specs: false, network: false, disk: false },
  'no-network': { specs: true, network: true, disk: true },
  'no-disk': { specs: true, network: false, disk: true },
};

/**
 * All worlds of an evaluation, the longest first, so that threads end together.
 *
 * @param firstSeed added to every seed
 */
export function jobsOf(split: Split, size: Size, firstSeed = 0): readonly Job[] {
  const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
  const job = (part: Job['part'], seed: number, change: Partial<Job> = {}): Job => {
    const setting = change.setting ?? 'metrics';
    return {
      part,
      split,
      seed: seed + firstSeed,
      setting,
      lacks: SETTINGS[setting],
      without: null,
      copies: 1,
      withRules: false,
      ...change,
    };
  };
  return [
    ...seeds(size.minerSeeds).map((seed) =>
      job('miners', seed, { withRules: seed < size.ruledSeeds }),
    ),
    ...seeds(size.honestSeeds).map((seed) =>
      job('honest', seed, { copies: 2, withRules: seed < size.ruledSeeds }),
    ),
    ...(['specs', 'no-disk', 'no-network'] as const).map((setting) =>
      job('miners', 0, { setting }),
    ),
    ...(['specs', 'no-disk', 'no-network'] as const).map((setting) =>
      job('honest', 0, { setting, copies: 2 }),
    ),
    ...size.ablation.map((without) => job('miners', 0, { without, shares: [0.3] })),
    ...size.ablation.map((without) => job('honest', 0, { without, days: 5 })),
    ...seeds(size.coldSeeds).map((seed) => job('cold', seed, { copies: 4 })),
    job('measured', 0, { withRules: true }),
    job('poison', 0),
    ...seeds(size.coldSeeds).map((seed) => job('guised', seed)),
  ];
}

export function worldOf({ part, split, seed, copies, shares, days }: Job): World {
  switch (part) {
    case 'miners':
      return minerWorld(split, seed, copies, shares);
    case 'honest':
      return honestWorld(split, seed, copies, days ?? 15);
    case 'measured':
      return measuredWorld(split);
    case 'cold':
      return coldWorld(split, seed, copies);
    case 'guised':
      return guisedWorld(split, seed);
    default:
      return poisonWorld(split, seed);
  }
}
