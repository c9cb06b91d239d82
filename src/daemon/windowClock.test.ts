import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import { newestScrape, scrapedCollector } from '../../test/support/scrapedCollector.ts';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  type Span,
  type TimeMs,
  type Window,
} from '../model/time.ts';
import type { Collector } from '../collect/collector.ts';
import { catchUp, type CatchUpOptions } from '../cycle/catchUp.ts';
import type { Settings } from '../cycle/settings.ts';
import { createMetrics } from '../serve/metrics.ts';
import { emptyState, WorkingState } from '../store/cycleState.ts';
import type { HistoryWriter, WindowRecord } from '../store/history.ts';
import type { Finding } from '../model/finding.ts';
import { configSchema, type Config } from './config/schema.ts';
import { loadThresholds } from './config/loadThresholds.ts';
import { CycleSupervisor } from './cycleSupervisor.ts';
import { summarize } from './cycleSummary.ts';
import type { CycleThread } from './cycleThread.ts';
import type { NotifyPump } from './notifyPump.ts';
import { noticeReason } from '../notify/plan/noticeReason.ts';
import type { NotifiedRecord } from '../store/notifications/deliveryStore.ts';
import type { Silence } from '../store/silences/silence.ts';
import { WeeklyDigest } from './weeklyDigest.ts';
import { WindowClock } from './windowClock.ts';

const FROM = Date.parse('2026-11-23T10:00:00Z');
const WINDOW = 5 * MINUTE_MS;
const SETTLE = 2 * MINUTE_MS;
/** Two and a half scrapes of 30 s: so much of a window's end may be without a sample. */
const TOLERANCE = 75 * SECOND_MS;

/** How old the newest sample may be. */
const LATE = 14.5 * MINUTE_MS;

class Clocks {
  wall = 0;
  steady = 0;
  readonly clock = new WindowClock(
    () => this.wall,
    () => this.steady,
    () => LATE,
  );

  pass(ms: TimeMs): void {
    this.wall += ms;
    this.steady += ms;
  }
}

describe('the clock of windows', () => {
  it('tells whole milliseconds, however finely what passes is measured', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    clocks.wall = FROM;
    clocks.steady = 1234.2;
    clock.confirm(FROM, true);
    clocks.steady += 10 * MINUTE_MS + 0.7;
    expect(clock.messageTime()).toBe(FROM + 10 * MINUTE_MS);
    expect(clock.now()).toBe(FROM + 10 * MINUTE_MS);
    clocks.wall = FROM + 10 * MINUTE_MS;
    clock.messageTime();
    clocks.wall += DAY_MS;
    clocks.steady += 0.9;
    expect(clock.messageTime()).toBe(FROM + 10 * MINUTE_MS + 1);
  });

  it('is the wall clock, until that is set back behind what samples have shown', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    clocks.wall = 1_000;
    expect(clock.now()).toBe(1_000);
    clock.confirm(900, true);
    [clocks.wall, clocks.steady] = [-5_000, 300];
    expect(clock.now()).toBe(1_200);
    clock.confirm(1_100, true);
    expect(clock.now()).toBe(1_200);
    clocks.wall = 9_000;
    expect(clock.now()).toBe(9_000);
    clocks.wall = 0;
    expect(clock.now()).toBe(1_200);
  });
});

describe('the time of messages', () => {
  it('is the wall clock while that is possible, and goes on as before while it is not', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    clocks.wall = FROM;
    expect(clock.messageTime()).toBe(FROM);
    clock.confirm(FROM - 3 * MINUTE_MS, true);
    expect(clock.messageTime()).toBe(FROM);
    for (const offset of [DAY_MS, -HOUR_MS, 50 * 365 * DAY_MS]) {
      clocks.wall += offset;
      clocks.pass(MINUTE_MS);
      expect(clock.messageTime()).toBe(FROM + clocks.steady);
      clocks.wall -= offset;
      expect(clock.messageTime()).toBe(FROM + clocks.steady);
    }
  });

  it('is a corrected wall clock again', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    // It began an hour ahead of the samples.
    clocks.wall = FROM + HOUR_MS;
    clock.confirm(FROM - 3 * MINUTE_MS, true);
    expect(clock.messageTime()).toBeNull();
    clocks.pass(5 * MINUTE_MS);
    clock.confirm(FROM + 2 * MINUTE_MS, true);
    expect(clock.messageTime()).toBe(FROM + 2 * MINUTE_MS);
    clocks.wall -= HOUR_MS;
    expect(clock.messageTime()).toBe(FROM + 5 * MINUTE_MS);
  });

  it('is in doubt after a start without newer samples, and then the wall clock’s', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    clocks.wall = FROM;
    clock.confirm(FROM - 2 * DAY_MS, true);
    clocks.pass(LATE - 1);
    expect(clock.messageTime()).toBeNull();
    clocks.pass(1);
    expect(clock.messageTime()).toBe(FROM + LATE);
    // What is caught up is no evidence against it.
    clock.confirm(FROM - DAY_MS, true);
    expect(clock.messageTime()).toBe(FROM + LATE);
  });

  it('is behind after a machine has slept, until there are samples', () => {
    const clocks = new Clocks();
    const { clock } = clocks;
    clocks.wall = FROM;
    clock.confirm(FROM - 3 * MINUTE_MS, true);
    expect(clock.messageTime()).toBe(FROM);
    clocks.wall += 8 * HOUR_MS;
    expect(clock.messageTime()).toBe(FROM);
    clock.confirm(FROM + 8 * HOUR_MS - 4 * MINUTE_MS, true);
    expect(clock.messageTime()).toBe(FROM + 8 * HOUR_MS);
  });
});

/** What happens to the clock, the machine and the store, a step at a time. */
const step = fc.oneof(
  { weight: 16, arbitrary: fc.constant({ kind: 'nothing' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wall' as const),
      offset: fc.constantFrom(
        -DAY_MS,
        -HOUR_MS,
        -90 * SECOND_MS,
        0,
        3 * MINUTE_MS,
        HOUR_MS,
        DAY_MS,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'wall', offset: 50 * 365 * DAY_MS } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sleeps' as const),
      ms: fc.integer({ min: 1, max: 9 * HOUR_MS }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('no scrapes' as const),
      ms: fc.integer({ min: 40 * SECOND_MS, max: 8 * HOUR_MS }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'store away' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const SETTINGS: Settings = {
  config: configSchema.parse({ cluster: 'test' }),
  thresholds: loadThresholds([]),
  detectors: [],
  priceLists: [],
  configHash: 'test',
};

/** What stays when a process ends. */
class MemoryHistory {
  readonly state = new WorkingState(emptyState());
  readonly sealed: WindowRecord[] = [];

  get incomplete(): readonly Window[] {
    return this.sealed.flatMap(({ snapshot }) => (snapshot.complete ? [] : [snapshot.window]));
  }

  /** @returns the part of a writer that a catch-up without actions and signals uses. */
  writer(): HistoryWriter {
    const writer = {
      pendingActions: async () => [],
      pendingSignals: async () => [],
      incompleteWindows: async () => [],
      recordWindows: async (records: readonly WindowRecord[]) => {
        for (const { change } of records) this.state.apply(change);
        this.sealed.push(...records);
      },
      recordFindings: async (findings: readonly Finding[]) => {
        for (const finding of findings) this.state.findings.set(finding.fingerprint, finding);
      },
    };
    return writer as unknown as HistoryWriter;
  }
}

/** Seals windows of a made-up store into a history, in this thread. */
async function startThread(kept: MemoryHistory, collector: Collector): Promise<CycleThread> {
  const history = kept.writer();
  const state = new WorkingState(kept.state);
  const { signal } = new AbortController();
  const calls = {
    catchUp: async (ask: Pick<CatchUpOptions, 'from' | 'until' | 'muted'>) => {
      const options = { ...ask, recordsNoData: true, signal };
      const report = await catchUp({ collector, history }, state, SETTINGS, options);
      return summarize(report, collector.takeWork());
    },
    keepHouse: async () => undefined,
    abort: async () => undefined,
  };
  return {
    watermark: state.watermark ?? FROM,
    calls: calls as unknown as CycleThread['calls'],
    ended: new Promise(() => undefined),
    kill: () => undefined,
    close: async () => undefined,
  };
}

/** A machine, its clock and a store, and the supervisor of the cycles between them. */
class World implements AsyncDisposable {
  readonly history = new MemoryHistory();
  readonly #metrics = createMetrics('0', 'test', {
    lagSeconds: () => null,
    deliveryQueue: async () => null,
  });
  readonly #gaps: Span[] = [];
  /** The true time. */
  now: TimeMs = FROM + 20 * MINUTE_MS;
  #supervisor: CycleSupervisor | null = null;
  #isReachable = true;
  #offset = 0;
  #slept = 0;
  #done: () => void = () => undefined;

  get #store() {
    return {
      from: FROM,
      gaps: this.#gaps,
      now: () => this.now,
      isReachable: () => this.#isReachable,
    };
  }

  get newest(): TimeMs {
    return newestScrape(this.#store) ?? FROM;
  }

  get watermark(): TimeMs {
    return this.#supervisor?.watermark ?? FROM;
  }

  get lagMs(): number {
    return this.#supervisor?.lagMs ?? 0;
  }

  get wall(): TimeMs {
    return this.now + this.#offset;
  }

  /** By which messages are planned. */
  get messageTime(): TimeMs | null {
    return this.#supervisor?.time ?? null;
  }

  async isUp(): Promise<boolean> {
    const { values } = await this.#metrics.sourceUp.get();
    return values[0]?.value === 1;
  }

  /** Is called when messages are planned. */
  plan: (at: TimeMs) => void = () => undefined;

  async start(): Promise<void> {
    await this[Symbol.asyncDispose]();
    const { config, thresholds, configHash } = SETTINGS;
    const loaded = { config: config as Config, thresholds, configHash };
    this.#supervisor = await CycleSupervisor.start(() => loaded, {
      metrics: this.#metrics,
      log: pino({ level: 'silent' }),
      now: () => this.now + this.#offset,
      steady: () => this.now - this.#slept,
      print: () => undefined,
      startThread: () => startThread(this.history, scrapedCollector(this.#store)),
    });
    const pump = { plan: async (at: TimeMs) => this.plan(at) } as unknown as NotifyPump;
    this.#supervisor.goLive({ pump, announced: true, afterRun: () => this.#done() });
  }

  /** Lets time pass, and has the supervisor look. */
  async pass(ms: TimeMs): Promise<void> {
    this.now += ms;
    await new Promise<void>((resolve) => {
      this.#done = resolve;
      this.#supervisor?.tick();
    });
    // The run is over in the next turns only.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async happen(one: Step): Promise<void> {
    this.#isReachable = one.kind !== 'store away';
    if (one.kind === 'wall') this.#offset = one.offset;
    // A machine that was off sets its clock when it starts.
    if (one.kind === 'sleeps' || one.kind === 'restart') this.#offset = Math.max(0, this.#offset);
    if (one.kind === 'restart') await this.start();
    else if (one.kind === 'sleeps') {
      this.now += one.ms;
      this.#slept += one.ms;
    } else if (one.kind === 'no scrapes') {
      this.#gaps.push({ from: this.now, to: this.now + one.ms });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor?.stop();
    await this.#supervisor?.close(5 * SECOND_MS);
    this.#supervisor = null;
  }
}

describe('whatever is done to the clock, the machine and the store', () => {
  beforeEach(() => {
    // Retries would come at their own times.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('windows are sealed once their samples are there, and none before; lag is never negative', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.integer({ min: SECOND_MS, max: WINDOW })), {
          minLength: 20,
          maxLength: 45,
        }),
        async (steps) => {
          await using world = new World();
          await world.start();
          await world.pass(SECOND_MS);
          let scraped = 0;
          for (const [one, ms] of steps) {
            await world.happen(one);
            await world.pass(ms);
            const { watermark, newest, now, lagMs } = world;
            expect(watermark).toBeLessThanOrEqual(newest + TOLERANCE);
            expect(lagMs).toBeGreaterThanOrEqual(0);
            const time = world.messageTime ?? now;
            const wrongMs = scraped > 3 * WINDOW + SETTLE ? Math.abs(time - now) : 0;
            expect(wrongMs).toBeLessThanOrEqual(LATE);
            const isAway = one.kind === 'store away';
            scraped = newest >= now - 60 * SECOND_MS && !isAway ? scraped + ms : 0;
            // What is there is sealed as soon as its samples have settled, and a step later.
            const mayLag = scraped > WINDOW + SETTLE ? 2 * WINDOW + SETTLE : Infinity;
            expect(now - watermark).toBeLessThanOrEqual(mayLag);
            // The cycle in which a whole window lies beyond the newest sample reports an outage.
            const isBlank = Math.floor((now - SETTLE) / WINDOW) * WINDOW - WINDOW > newest;
            const isOutage = isBlank && lagMs > 2 * WINDOW + SETTLE;
            expect(isOutage && !isAway && (await world.isUp())).toBe(false);
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('a clock that is behind when it starts stops nothing', async () => {
    await using world = new World();
    await world.start();
    await world.pass(WINDOW);
    await world.start();
    await world.happen({ kind: 'wall', offset: -DAY_MS });
    for (let steps = 0; steps < 12; steps++) {
      await world.pass(WINDOW);
      expect(world.now - world.watermark).toBeLessThanOrEqual(3 * WINDOW);
    }
  });

  it('a gap that newer data follow is sealed as unobserved, and the rest whole', async () => {
    await using world = new World();
    await world.start();
    await world.pass(WINDOW);
    const gap = { from: world.now, to: world.now + 9 * HOUR_MS };
    await world.happen({ kind: 'no scrapes', ms: 9 * HOUR_MS });
    for (let steps = 0; steps < 8; steps++) await world.pass(HOUR_MS);
    expect(await world.isUp()).toBe(false);
    const sealedBefore = world.watermark;
    expect(sealedBefore).toBeLessThanOrEqual(gap.from);
    await world.pass(HOUR_MS + 3 * WINDOW);
    expect(await world.isUp()).toBe(true);
    expect(world.now - world.watermark).toBeLessThanOrEqual(WINDOW + SETTLE);
    // The windows of the gap, and the one after them, whose first scrape is 7 s late, as is that of the first of all.
    const starts = world.history.incomplete.map(({ start }) => start);
    const count = (gap.to - gap.from) / WINDOW + 1;
    expect(starts.filter((start) => start > FROM)).toEqual(
      Array.from({ length: count }, (_, index) => gap.from + index * WINDOW),
    );
    const { sealed } = world.history;
    expect(sealed.filter(({ snapshot }) => snapshot.coverage === 0)).toHaveLength(count - 1);
  });

  it('a digest, reminders and what silences keep quiet come once, at their time', async () => {
    await using world = new World();
    await world.start();
    await world.pass(SECOND_MS);
    const start = world.now;
    const silence = (createdAt: TimeMs, hours: number): Silence => ({
      id: `s${hours}`,
      matchers: [],
      author: 'alice',
      reason: 'a test',
      createdAt,
      startsAt: createdAt,
      endsAt: createdAt + hours * HOUR_MS,
    });
    const finding = { state: 'open', severity: 'warning' } as Finding;
    let record: NotifiedRecord = { ...finding, at: start } as unknown as NotifiedRecord;
    const reminded: TimeMs[] = [];
    let quietUntil = 0;
    const quiet = silence(world.messageTime ?? 0, 100);
    world.plan = (at) => {
      if (at >= quiet.startsAt && at < quiet.endsAt) quietUntil = world.now;
      const intervals = { info: null, warning: DAY_MS, critical: null };
      if (noticeReason(finding, record, [], at, intervals) !== 'reminder') return;
      reminded.push(world.now);
      record = { ...record, at };
    };
    const config = SETTINGS.config as Config;
    const digests: { readonly week: string; readonly at: TimeMs }[] = [];
    const weekly = new WeeklyDigest({
      config: () => ({ ...config, schedule: { ...config.schedule, digest: '0 9 * * 4' } }),
      cycles: {
        get watermark() {
          return world.watermark;
        },
        digest: async ({ week }) => {
          digests.push({ week: week.name, at: world.now });
          return { outcome: 'sent', reason: '' };
        },
      },
      pump: { wake: () => undefined },
      log: pino({ level: 'silent' }),
      now: () => world.messageTime ?? world.wall,
      isInDoubt: () => world.messageTime === null,
      installedAt: async () => start - 30 * DAY_MS,
    });
    const offsets = [DAY_MS, 0, -HOUR_MS, 7 * DAY_MS, 0, 3 * MINUTE_MS, -DAY_MS, HOUR_MS];
    for (let steps = 0; world.now < start + 5 * DAY_MS; steps++) {
      if (steps % 40 === 0)
        await world.happen({ kind: 'wall', offset: offsets[(steps / 40) % offsets.length] ?? 0 });
      if (steps % 300 === 299) await world.start();
      await world.pass(WINDOW);
      await weekly.look();
    }
    const near = (at: TimeMs, time: TimeMs) => Math.abs(at - time) <= LATE + WINDOW;
    expect(reminded).toHaveLength(4);
    reminded.forEach((at, index) => {
      // Each counts from the one before.
      expect(near(at, (reminded[index - 1] ?? start) + DAY_MS)).toBe(true);
    });
    expect(near(quietUntil, start + 100 * HOUR_MS)).toBe(true);
    // That of the week before was sent, or due, when this history began.
    const due = Date.parse('2026-11-26T09:00:00Z');
    const last = digests.filter(({ at }) => at > start + DAY_MS);
    expect(last).toHaveLength(1);
    expect(near(last[0]?.at ?? 0, due)).toBe(true);
  }, 60_000);
});
