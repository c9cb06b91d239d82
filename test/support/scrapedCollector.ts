import type { Collector } from '../../src/collect/collector.ts';
import { CollectError, NO_WORK } from '../../src/collect/collector.ts';
import { assemble } from '../../src/collect/assemble/assemble.ts';
import { nameRestorer } from '../../src/collect/labels.ts';
import { SECOND_MS, type Span, type TimeMs, type Window } from '../../src/model/time.ts';
import { madeUpBatch, type MadeUpSamples } from './madeUpBatch.ts';

const SCRAPE_MS = 30 * SECOND_MS;
const AHEAD_MS = 90 * SECOND_MS;
const UID = '0000000a-0000-4000-8000-000000000000';
const POD = { namespace: 'shop', pod: 'web-1' };

/** A store whose samples exist by a clock of their own, whatever the clock of this machine says. */
export interface ScrapedStore {
  /** The true time: what was scraped until then is there. */
  now(): TimeMs;
  readonly from: TimeMs;
  /** When nothing was scraped. */
  readonly gaps: readonly Span[];
  isReachable(): boolean;
}

function isScraped({ from, gaps }: ScrapedStore, time: TimeMs): boolean {
  return time >= from && !gaps.some((gap) => gap.from <= time && time < gap.to);
}

function scrapesIn(store: ScrapedStore, { start, end }: Window): readonly TimeMs[] {
  const times: TimeMs[] = [];
  const last = Math.min(end, store.now());
  for (let time = Math.ceil(start / SCRAPE_MS) * SCRAPE_MS + 7_000; time <= last; time += SCRAPE_MS)
    if (isScraped(store, time)) times.push(time);
  return times;
}

/** Time of the newest sample, null for none. */
export function newestScrape(store: ScrapedStore): TimeMs | null {
  return scrapesIn(store, { start: store.from, end: store.now() }).at(-1) ?? null;
}

/** Observes one pod on one node, through what the windows' assembly makes of a store. */
export function scrapedCollector(store: ScrapedStore): Collector {
  const ask = (): void => {
    if (!store.isReachable()) throw new CollectError('unreachable', 'the store is away', true);
  };
  return {
    async collect(windows, expected) {
      ask();
      const first = windows[0]?.start ?? 0;
      const end = windows.at(-1)?.end ?? 0;
      const near = { start: first - AHEAD_MS, end: end + AHEAD_MS };
      const seconds = scrapesIn(store, near).map((time) => (time - first) / SECOND_MS);
      const level = (value: number): MadeUpSamples[1] => seconds.map((at) => [at, value]);
      const counts = [null, ...windows.map((one) => scrapesIn(store, one).length || null)];
      const constant = (value: number) => counts.map((count) => (count === null ? null : value));
      const cgroup = { ...POD, container: 'app', id: `/kubepods/pod${UID}/1` };
      const pod = { ...POD, uid: UID };
      const info = { ...pod, node: 'n1', created_by_kind: 'StatefulSet', created_by_name: 'web' };
      const app = { ...pod, container: 'app' };
      const lives = {
        cpu: [
          [
            cgroup,
            seconds.map((at): readonly [number, number] => [at, (at + first / SECOND_MS) * 0.5]),
          ],
        ],
        ram: [[cgroup, level(100)]],
        podInfo: [[info, level(1)]],
        ahead: AHEAD_MS / SECOND_MS,
      } as const;
      const series = {
        nodeInfo: [[{ node: 'n1' }, counts]],
        podPhase: [[{ ...pod, phase: 'Running' }, counts]],
        podCreated: [[pod, constant(1_500_000_000)]],
        containerInfo: [[{ ...app, image: 'web:v1' }, counts]],
        running: [[app, counts]],
        requests: [[{ ...app, resource: 'cpu' }, constant(1)]],
      } as const;
      const settings = { cluster: 'test', restoreName: nameRestorer([]) };
      return assemble(madeUpBatch(windows, series, lives), windows, expected, settings);
    },
    batchSize: () => 72,
    async oldestData() {
      ask();
      return store.from;
    },
    async hasDataAfter(time, until) {
      ask();
      return scrapesIn(store, { start: time - SCRAPE_MS, end: until }).some((at) => at > time);
    },
    takeWork: () => NO_WORK,
    close: async () => undefined,
  };
}
