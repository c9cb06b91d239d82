import { html } from '../html.ts';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../model/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../../model/time.ts';
import { aFinding, TEST_NOW } from '../../../../test/support/notify/findings.ts';
import { eachColumn, type WorkloadSeries } from '../../series/readSeries.ts';
import type { UsualBand } from '../../../detect/usual/usual.ts';
import { LocalClock } from '../clock.ts';
import { inShort } from './head.ts';
import { useNow, type FindingView } from './readFinding.ts';

const STEP_MS = 10 * MINUTE_MS;
const ONSET = TEST_NOW - 6 * HOUR_MS;

interface Story {
  readonly usual: number | null;
  /** Of the so-manieth point since the onset, or null before it. */
  cores(since: number | null): number | null;
  bytesPerSecond(since: number | null): number | null;
}

/** A finding that began six hours ago, with a day before it. */
function viewOf(story: Story, change: Partial<Finding> = {}): FindingView {
  const finding = aFinding({ startedAt: ONSET, lastSeen: TEST_NOW, ...change });
  const times = Array.from({ length: 180 }, (_, index) => TEST_NOW - (179 - index) * STEP_MS);
  const since = times.map((at) => (at > ONSET ? Math.round((at - ONSET) / STEP_MS) : null));
  const nothing = times.map(() => null);
  const series: WorkloadSeries = {
    times,
    ranges: [],
    columns: {
      ...eachColumn(() => nothing),
      cpuUsageCores: since.map((point) => story.cores(point)),
      networkReceiveBytesPerSecond: since.map((point) => story.bytesPerSecond(point)),
    },
  };
  const usual: UsualBand = { low: nothing, high: nothing, middle: times.map(() => story.usual) };
  const use = {
    namespace: 'shop',
    workloads: [{ kind: 'Deployment', name: 'checkout' }],
    series,
    usual,
    instances: [],
    changes: [],
    signals: [],
    spec: null,
    neighbours: [],
    now: useNow(finding, series, usual),
  };
  const span = { from: times[0] ?? 0, to: TEST_NOW };
  return {
    finding,
    watermark: null,
    span,
    wholeSpan: span,
    use,
    spend: null,
    events: [],
    silence: null,
    related: [],
  };
}

async function say(view: FindingView): Promise<string> {
  const shown = await html`${inShort(view, 'USD', new LocalClock('UTC', TEST_NOW))}`;
  return shown.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
}

describe('a finding in short', () => {
  it('holds its use against what is usual, and its traffic against the day before', async () => {
    const text = await say(
      viewOf({
        usual: 0.1,
        cores: (since) => (since === null ? 0.1 : 2),
        bytesPerSecond: () => 30_000,
      }),
    );
    expect(text).toContain('2 cores of CPU, steady day and night; usual at this hour: 0.1 cores.');
    expect(text).toContain(
      'Network and disk I/O did not grow with it: 30 kB/s since, 30 kB/s before.',
    );
    expect(text).toContain('No known changes');
  });

  it('says of what is new how it works: in bursts, and without moving data', async () => {
    const view = viewOf(
      {
        usual: null,
        // Ten minutes of work, twenty of rest.
        cores: (since) => (since === null ? null : since % 3 === 0 ? 3 : 0),
        bytesPerSecond: (since) => (since === null ? null : 240),
      },
      { kind: 'cryptojacking' },
    );
    expect(view.use?.now).toMatchObject({ cores: 1, lowestCores: 0, highestCores: 3 });
    const text = await say(view);
    expect(text).toContain(
      '1 core of CPU, in bursts of up to 3 cores; usual use is not known yet.',
    );
    expect(text).toContain('Network and disk I/O: 240 B/s, very little');
  });

  it('does not call traffic little that the detector did not', async () => {
    const view = viewOf(
      { usual: null, cores: (since) => since && 2, bytesPerSecond: (since) => since && 5e6 },
      { evidence: [] },
    );
    expect(await say(view)).not.toContain('Network');
  });

  it('says nothing of a use that is as usual, or not known', async () => {
    const usual = viewOf({ usual: 1, cores: () => 1.1, bytesPerSecond: () => 10 });
    expect(await say(usual)).not.toMatch(/CPU|Network/);
    const unknown = viewOf({ usual: 1, cores: () => null, bytesPerSecond: () => null });
    expect(await say(unknown)).not.toMatch(/CPU|Network/);
    expect(unknown.use?.now).toMatchObject({ cores: null, highestCores: null });
  });
});
