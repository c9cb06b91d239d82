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

/** Clusters with other sources than metrics alone, sampled as by the clock. */
export const OTHER_SETTINGS = ['specs', 'no-disk', 'no-network', 'kubelet'] as const;

/** One world to be played: everything that a worker thread needs, as plain data. */
export interface Job {
  readonly part: 'miners' | 'honest' | 'measured' | 'cold' | 'poison' | 'guised';
  readonly split: Split;
  readonly seed: number;
  readonly lacks: Lacks;
  readonly setting: 'metrics' | (typeof OTHER_SETTINGS)[number];
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
  /** Miners and honest kinds where sources tell less or more. */
  readonly settingShares: readonly number[];
  readonly settingHonest: { readonly copies: number; readonly days: number };
  /** Worlds that the rules used today see too. */
  readonly ruledSeeds: number;
}

const SETTINGS: Readonly<Record<Job['setting'], Lacks>> = {
  metrics: METRICS_ONLY,
  specs: { ...METRICS_ONLY, specs: false },
  'no-network': { ...METRICS_ONLY, network: true, disk: true },
  'no-disk': { ...METRICS_ONLY, disk: true },
  kubelet: { ...METRICS_ONLY, sampling: true },
};

/**
 * All worlds of an evaluation, the longest first, so that threads end together.
 *
 * @param firstSeed added to every seed
 */
export function jobsOf(split: Split, size: Size, firstSeed = 0): readonly Job[] {
  const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
  const settings = size.settingShares.length > 0 ? OTHER_SETTINGS : [];
  const job = (part: Job['part'], seed: number, change: Partial<Job> = {}): Job => {
    const setting = change.setting ?? 'metrics';
    return {
      part,
      split,
      seed: seed + firstSeed,
      setting,
      lacks: SETTINGS[setting],
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
    ...settings.map((setting) => job('miners', 0, { setting, shares: size.settingShares })),
    ...settings.map((setting) => job('honest', 0, { setting, ...size.settingHonest })),
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
