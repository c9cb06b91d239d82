import { expect, it } from 'vitest';
import { podSample, snapshotOf } from '../../test/support/snapshots.ts';
import { TempHistory } from '../../test/support/tempHistory.ts';
import { NO_WORK, type Collector } from '../collect/collector.ts';
import { loadThresholds } from '../daemon/config/loadThresholds.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { detectorCodecs } from '../daemon/compose.ts';
import type { HistoryWriter } from '../store/history.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Window } from '../model/time.ts';
import { catchUp, type CatchUpOptions, type CycleReport } from './catchUp.ts';
import type { Settings } from './settings.ts';
import { WorkingState } from '../store/cycleState.ts';

const WINDOW = 5 * MINUTE_MS;
const FROM = 100 * DAY_MS;

const SETTINGS: Settings = {
  config: configSchema.parse({ cluster: 'test' }),
  thresholds: loadThresholds([]),
  detectors: [],
  priceLists: [],
  configHash: '',
};

/** Shows a pod from `since` on, and nothing before. */
function collectorSince(since: number): Collector {
  return {
    collect: async (windows) =>
      windows.map((window: Window) =>
        snapshotOf(window, { nodes: [], pods: window.start < since ? [] : [podSample()] }),
      ),
    batchSize: () => 4,
    oldestData: async () => (since === Infinity ? null : since),
    hasDataAfter: async () => false,
    takeWork: () => NO_WORK,
    close: async () => undefined,
  };
}

async function run(
  history: HistoryWriter,
  since: number,
  windows: number,
  change: Partial<CatchUpOptions> = {},
  collector = collectorSince(since),
): Promise<CycleReport> {
  const state = new WorkingState(await history.loadState(detectorCodecs(SETTINGS)));
  return catchUp({ collector, history }, state, SETTINGS, {
    from: FROM,
    until: FROM + windows * WINDOW,
    muted: false,
    signal: new AbortController().signal,
    ...change,
  });
}

it('a history does not begin with windows that show nothing, and begins with the first that does', async () => {
  using folder = new TempHistory();
  const history = await folder.openWriter();
  try {
    const nothing = await run(history, Infinity, 3);
    expect(nothing).toMatchObject({ sealed: 0, lost: 0, watermark: null, events: [] });
    expect(nothing.error).toMatchObject({ code: 'no-data' });
    const report = await run(history, FROM + 3 * WINDOW, 100);
    expect(report).toMatchObject({ sealed: 97, lost: 0, error: null, events: [] });
    const { historyStart } = await history.loadState(detectorCodecs(SETTINGS));
    expect(historyStart).toBe(FROM + 4 * WINDOW);
  } finally {
    await history.close();
  }
});

it('the daemon makes a finding of it, and closes it when there are data', async () => {
  using folder = new TempHistory();
  const history = await folder.openWriter();
  try {
    const daemon = { recordsNoData: true };
    const { events, openFindings } = await run(history, Infinity, 1, daemon);
    expect(events.map(({ type }) => type)).toEqual(['opened']);
    expect(openFindings[0]).toMatchObject({
      kind: 'data-quality',
      summary: expect.stringMatching(/^Prometheus shows neither nodes nor containers from/),
    });
    expect((await run(history, Infinity, 2, daemon)).events).toEqual([]);
    const later = await run(history, FROM + WINDOW, 3, daemon);
    expect(later.events.map(({ type }) => type)).toEqual(['closed']);
  } finally {
    await history.close();
  }
});

it('searches for the oldest data afresh after downtime, and once an hour otherwise', async () => {
  using folder = new TempHistory();
  const history = await folder.openWriter();
  try {
    const ages: (number | undefined)[] = [];
    const collector: Collector = {
      ...collectorSince(FROM),
      oldestData: async (_, maxAgeMs) => {
        ages.push(maxAgeMs);
        return FROM;
      },
    };
    for (const windows of [3, 4, 5, 5]) await run(history, FROM, windows, {}, collector);
    expect(ages).toEqual([0, HOUR_MS, HOUR_MS]);
  } finally {
    await history.close();
  }
});
