import type { Case } from './case.ts';
import { ARCHETYPES } from './honest/archetypes.ts';
import { honestCase } from './honest/honestCase.ts';
import { measuredCase, playTrace, traceShape, type Playback } from './honest/measuredCase.ts';
import { highByNight, nightsOnly, ramp, steady, tenOnTwentyOff, weekRamp } from './miners/miner.ts';
import { minerCase, PLAIN, type Host, type MinerPlan } from './miners/minerCase.ts';
import { Random } from '../random.ts';
import { loadTraces, type Trace } from '../../demo/traces.ts';
import { DAY_MS, MIB, WINDOW_MS, type Flow } from './workload.ts';

export type Split = 'tuning' | 'held-out';

/** A cluster of labelled cases over a span of time. */
export interface World {
  readonly name: string;
  readonly split: Split;
  readonly from: number;
  readonly to: number;
  readonly cases: readonly Case[];
  /** From here on verdicts are scored; before, the history is learnt. */
  readonly scoredFrom: number;
}

/** A Monday. */
const MONDAY = Date.UTC(2026, 9, 5);

/** Services are split by a hash of their name, and each split sees its own part of their time. */
function inSplit(name: string, split: Split): boolean {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return (sum % 2 === 0) === (split === 'tuning');
}

/** First half of a trace for tuning, second half for scoring; whole traces are too short for both. */
function partOf(split: Split): readonly [number, number] {
  return split === 'tuning' ? [0, 0.5] : [0.5, 1];
}

function tracesOf(split: Split): readonly Trace[] {
  return loadTraces().filter(({ name }) => inSplit(name, split));
}

/** Measured traces as they are, each once; and each repeated over ten days, to have a history. */
export function measuredWorld(split: Split): World {
  const from = MONDAY;
  const cases = loadTraces().flatMap((trace, index) => {
    const whole: Playback = { trace, part: [0, 1], scale: 1, repeat: false };
    const mine = inSplit(trace.name, split);
    const part: Playback = {
      trace,
      part: mine ? [0, 1] : partOf(split),
      scale: trace.isHost ? 1 : 20,
      repeat: true,
    };
    const once = mine ? [measuredCase(whole, `measured-${index}`, from)] : [];
    return mine
      ? [...once, measuredCase({ ...part, part: [0, 1] }, `repeated-${index}`, from)]
      : once;
  });
  return { name: 'measured', split, from, to: from + 16 * DAY_MS, cases, scoredFrom: from };
}

/**
 * The tuning split's measured traces once more, each at another size, begun at another hour and with noise of its
 * own: measured days are few, and which hour a trace begins at is chance.
 */
export function measuredVariants(seed: number): World {
  const from = MONDAY;
  const random = new Random(31 * (seed + 1));
  const cases = tracesOf('tuning').map((trace, index) => {
    const scale = trace.isHost ? random.between(0.5, 2) : random.pick([3, 8, 20, 50]);
    const playback: Playback = { trace, part: [0, 1], scale, repeat: true };
    const shift = random.int(0, trace.cores.length - 1);
    return measuredCase(playback, `varied-${index}`, from, shift, new Random(random.int(1, 1e9)));
  });
  const to = from + 16 * DAY_MS;
  return { name: `measured-variants-${seed}`, split: 'tuning', from, to, cases, scoredFrom: from };
}

/** The hard honest workloads, several seeds of each. */
export function honestWorld(split: Split, seed: number, copies: number, days: number): World {
  const from = MONDAY;
  const to = from + days * DAY_MS;
  const cases: Case[] = [];
  for (let copy = 0; copy < copies; copy++)
    ARCHETYPES.forEach((archetype, index) => {
      if ((archetype.only ?? split) !== split) return;
      const id = `h-${archetype.name}-${copy}`;
      const base = split === 'tuning' ? 1_000_003 : 7_000_001;
      cases.push(honestCase(archetype, base * (seed + 1) + copy * 101 + index, id, [from, to]));
    });
  return { name: `honest-${seed}`, split, from, to, cases, scoredFrom: from };
}

const SHARES = [1, 0.8, 0.5, 0.3, 0.2, 0.1] as const;

/** Every shape of miner, as issue and facts list them. */
function plansOf(share: number, random: Random): readonly MinerPlan[] {
  const cv = random.between(0.005, 0.05);
  const style = { ...PLAIN, power: steady, cv };
  const light = { ...style, ram: 40 * MIB };
  const make = (
    shapeName: string,
    how: MinerPlan['how'],
    form: MinerPlan['form'],
    over: Partial<MinerPlan['style']> = {},
    withSpec = false,
  ): MinerPlan => ({ shapeName, style: { ...style, ...over }, share, how, form, withSpec });
  return [
    make('steady', 'hijacked', 'pod'),
    make('steady', 'deployed', 'deployment'),
    make('memory-light', 'hijacked', 'pod', light),
    make('memory-light', 'deployed', 'deployment', light),
    make('ramp', 'hijacked', 'pod', { power: ramp }),
    make('ramp', 'deployed', 'deployment', { power: ramp }),
    make('ten-on-twenty-off', 'hijacked', 'pod', { power: tenOnTwentyOff }),
    make('ten-on-twenty-off', 'deployed', 'deployment', { power: tenOnTwentyOff }),
    make('nights-only', 'hijacked', 'pod', { power: nightsOnly }),
    make('nights-only', 'deployed', 'deployment', { power: nightsOnly }),
    make('high-by-night', 'hijacked', 'pod', { power: highByNight }),
    make('high-by-night', 'deployed', 'deployment', { power: highByNight }),
    make('swarm', 'deployed', 'replica-swarm'),
    make('swarm', 'deployed', 'bare-swarm', light),
    make('chain', 'deployed', 'chain', light),
    make('side-car', 'deployed', 'side-car'),
    make('cover-traffic', 'hijacked', 'pod', { coverNet: random.between(2e3, 4e4) }),
    make('cover-traffic', 'deployed', 'deployment', { coverNet: random.between(2e3, 4e4) }),
    make('cover-disk', 'hijacked', 'pod', { coverDisk: random.between(1e4, 2e6) }),
    make('cover-disk', 'deployed', 'deployment', { coverDisk: random.between(1e4, 2e6) }),
    make('daemonset', 'deployed', 'daemonset'),
    make('renamed-binary', 'deployed', 'deployment', light, true),
    make('gpu', 'deployed', 'gpu'),
  ];
}

/** As many side-cars of one image as make a rollout. */
function injectedPlans(share: number, random: Random): readonly MinerPlan[] {
  const style = { ...PLAIN, power: steady, cv: random.between(0.005, 0.05), ram: 300 * MIB };
  const image = `docker.io/tools/agent-${random.int(1, 1e6)}:latest`;
  const plan: MinerPlan = {
    shapeName: 'injected-everywhere',
    style,
    share,
    how: 'deployed',
    form: 'side-car',
    withSpec: false,
    image,
  };
  return [plan, plan, plan];
}

/** Miners that hide in ways of their own, at 100, 50 and 20 % of the limit; their hosts have two pods or more. */
export function guisedWorld(split: Split, seed: number, historyDays = 5): World {
  const from = MONDAY;
  const to = from + (historyDays + 2) * DAY_MS;
  const traces = tracesOf(split);
  const random = new Random((split === 'tuning' ? 23 : 1231) * (seed + 1));
  const cases = [1, 0.5, 0.2].flatMap((share) =>
    GUISES.map(([guise, form], index) => {
      const how = form === 'deployment' ? 'deployed' : 'hijacked';
      const style = { ...PLAIN, power: steady, cv: random.between(0.005, 0.05), ram: 300 * MIB };
      const plan = { shapeName: guise, style, share, how, form, withSpec: false, guise } as const;
      const found = hostOf(random, traces, split, [from, to]);
      const host = { ...found, replicas: Math.max(2, found.replicas) };
      const onset = onsetIn(random, from, historyDays);
      return minerCase(plan, host, onset, `g-${share}-${guise}`, (seed + 1) * 6_007 + index);
    }),
  );
  return { name: `guised-${seed}`, split, from, to, cases, scoredFrom: from };
}

const GUISES = [
  ['turns', 'pod'],
  ['every-pod', 'pod'],
  ['release', 'pod'],
  ['neighbour', 'deployment'],
  ['ephemeral', 'side-car'],
  ['windows', 'deployment'],
] as const;

/** A minute of the day after the history. */
function onsetIn(random: Random, from: number, historyDays: number): number {
  return from + historyDays * DAY_MS + Math.floor(random.between(0, DAY_MS) / 60_000) * 60_000;
}

/** Miners against backgrounds of the split; `perPlan` cases of each shape and share, after days of history. */
export function minerWorld(
  split: Split,
  seed: number,
  perPlan: number,
  shares: readonly number[] = SHARES,
  historyDays = 5,
): World {
  const from = MONDAY;
  const to = from + (historyDays + 2.5) * DAY_MS;
  const traces = tracesOf(split);
  const random = new Random((split === 'tuning' ? 11 : 977) * (seed + 1));
  const cases: Case[] = [];
  for (const share of shares)
    for (let copy = 0; copy < perPlan; copy++) {
      const add = (plan: MinerPlan, onset: number): void => {
        const host = hostOf(random, traces, split, [from, to]);
        const caseSeed = (seed + 1) * 7919 + cases.length * 13;
        cases.push(minerCase(plan, host, onset, `m-${cases.length}`, caseSeed));
      };
      for (const plan of plansOf(share, random)) add(plan, onsetIn(random, from, historyDays));
      // A webhook that was taken over puts the same miner into pods of several namespaces at once.
      const onset = onsetIn(random, from, historyDays);
      for (const plan of injectedPlans(share, random)) add(plan, onset);
    }
  return { name: `miners-${seed}`, split, from, to, cases, scoredFrom: from };
}

/** A week-long ramp that tries to poison the baseline, long enough after the install. */
export function poisonWorld(split: Split, seed: number): World {
  const from = MONDAY;
  const to = from + 19 * DAY_MS;
  const random = new Random(5 + seed);
  const traces = tracesOf(split);
  const cases = [1, 0.5, 0.3].flatMap((share, index) =>
    [0, 1, 2].map((copy) => {
      const plan: MinerPlan = {
        shapeName: 'week-ramp',
        style: { ...PLAIN, power: weekRamp },
        share,
        how: 'hijacked',
        form: 'pod',
        withSpec: false,
      };
      return minerCase(
        plan,
        hostOf(random, traces, split, [from, to]),
        from + 8 * DAY_MS,
        `w-${index}-${copy}`,
        seed * 100 + index * 10 + copy,
      );
    }),
  );
  return { name: `poison-${seed}`, split, from, to, cases, scoredFrom: from };
}

/** The first day after the install: honest services, and miners from the first minute or that day. */
export function coldWorld(split: Split, seed: number, perPlan: number): World {
  const from = MONDAY + 2 * DAY_MS;
  const to = from + DAY_MS;
  const traces = tracesOf(split);
  const random = new Random((split === 'tuning' ? 17 : 1013) * (seed + 1));
  const cases: Case[] = [];
  for (const share of [1, 0.5, 0.2])
    for (let copy = 0; copy < perPlan; copy++)
      for (const plan of plansOf(share, random)) {
        if (
          !['steady', 'memory-light', 'swarm', 'daemonset', 'side-car', 'gpu', 'chain'].includes(
            plan.shapeName,
          )
        )
          continue;
        const onset = copy % 2 === 0 ? from : from + random.between(0.05, 0.6) * DAY_MS;
        const host = hostOf(random, traces, split, [from, to]);
        const named: MinerPlan = {
          ...plan,
          shapeName: copy % 2 === 0 ? 'first-minute' : `first-day-${plan.shapeName}`,
        };
        cases.push(
          minerCase(named, host, onset, `c-${cases.length}`, (seed + 1) * 104_729 + cases.length),
        );
      }
  return { name: `cold-${seed}`, split, from, to, cases, scoredFrom: from };
}

/** Services that a miner may hide in, beside the measured ones. */
const HOSTS = ['web', 'costly-api', 'growing', 'poller', 'idle', 'cron-inside', 'without-limit'];

/** A background: a measured trace (its CPU and traffic, scaled), or, one in three, a simulated service. */
function hostOf(
  random: Random,
  traces: readonly Trace[],
  split: Split,
  [from, to]: readonly [number, number],
): Host {
  return random.next() < 1 / 3
    ? simulatedHost(random, [from, to])
    : measuredHost(random, traces, split, from);
}

function simulatedHost(random: Random, days: readonly [number, number]): Host {
  const name = random.pick(HOSTS);
  const archetype = ARCHETYPES.find((one) => one.name === name);
  if (archetype === undefined) throw new RangeError(`there is no archetype ${name}`);
  const plan = archetype.make(random, days);
  const noises = new Random(random.int(1, 1e9));
  const service = `${name}-${random.int(1, 1e6)}`;
  return {
    shape: {
      kind: archetype.kind,
      name: service,
      container: 'main',
      image: `registry.example.com/simulated/${service}:v1`,
      limit: plan.limit,
      request: plan.request,
      ramLimit: plan.ramLimit,
    },
    service,
    source: 'simulated',
    replicas: random.int(archetype.replicas[0], archetype.replicas[1]),
    flow: (start, replica) => plan.flow(start, replica, noises),
  };
}

function measuredHost(random: Random, traces: readonly Trace[], split: Split, from: number): Host {
  const withTraffic = traces.filter(({ isHost }) => !isHost);
  const trace = random.pick(withTraffic);
  const limit = random.pick([0.5, 1, 2]);
  // A host that needs its whole limit has no room for a miner: what is burnt would be cut from its work.
  const busy = trace.cores.toSorted((a, b) => a - b)[Math.floor(trace.cores.length * 0.95)] ?? 0;
  const scale = random.pick([1, 5, 20, 50].filter((times) => times * busy <= limit / 2));
  const playback: Playback = { trace, part: partOf(split), scale, repeat: true };
  const replicas = random.pick([1, 1, 2, 4]);
  const noises = new Random(random.int(1, 1e9));
  const shift = random.int(0, 100);
  const shape = { ...traceShape(playback), limit };
  return {
    shape,
    service: trace.name,
    source: 'measured',
    replicas,
    flow(start): Flow | null {
      const flow = playTrace(playback, Math.round((start - from) / WINDOW_MS) + shift);
      return flow === null ? null : { ...flow, cores: flow.cores * noises.noise(0.03) };
    },
  };
}
