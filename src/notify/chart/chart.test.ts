import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { UsagePoint, UsageQuery } from '../../store/usage.ts';
import { floorTo, HOUR_MS } from '../../model/time.ts';
import { TEST_NOW } from '../../../test/support/notify/findings.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import {
  BUDGET,
  MINER,
  OOM,
  sampleSpend,
  sampleUsage,
  SPIKE,
  STUCK,
} from '../../../test/support/notify/samples.ts';
import { chartAltText, chartSpan, findingChart, findingUsage } from './findingChart.ts';
import { svgToPng } from './picture.ts';
import { chartOfSpend, type SpendReader } from './spendChart.ts';
import { usagePicture } from './usagePicture.ts';

const CONTEXT = { timezone: 'UTC', baseline: loadThresholds([]).abuse.baseline };

/** Ten days of hours before the onset, made of one window each. */
function hours(finding: typeof MINER): readonly UsagePoint[] {
  return Array.from({ length: 240 }, (_, back) => {
    const start = floorTo(finding.startedAt, HOUR_MS) - (back + 1) * HOUR_MS;
    return sampleUsage(finding, start, start + HOUR_MS)[0]!;
  });
}

function chartOf(finding: typeof MINER) {
  const { from, to } = chartSpan(finding);
  const chart = findingChart(finding, sampleUsage(finding, from, to), hours(finding), CONTEXT);
  if (chart === null) throw new Error('there is no chart');
  return chart;
}

const MONEY = { timezone: 'UTC', currency: 'USD' };

describe('the chart of a finding about money', () => {
  test('shows what was spent of a budget since the month began', async () => {
    const asked: object[] = [];
    const chart = await chartOfSpend(
      BUDGET,
      {
        spend: (whose, boundaries) => {
          asked.push(whose);
          return sampleSpend(whose, boundaries);
        },
      },
      MONEY,
    );
    expect(asked).toEqual([{ namespace: 'shop' }]);
    expect(chart).toMatchObject({
      unit: 'money',
      limit: 1200,
      title: 'Spent by shop in 2026-11, USD',
    });
    const values = chart!.values as readonly number[];
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBeGreaterThan(900);
    expect(usagePicture(chart!)).toContain('>budget<');
    expect(chartAltText(chart!)).toMatch(
      /^Spent by shop in 2026-11, USD: now [\d,.]+, budget 1,?200\.$/,
    );
  });

  test('names at the end of a month the month that it shows', async () => {
    const chart = await chartOfSpend(
      { ...BUDGET, lastSeen: Date.UTC(2026, 11, 1) },
      { spend: sampleSpend },
      MONEY,
    );
    expect(chart!.title).toBe('Spent by shop in 2026-11, USD');
    expect(chart!.times.slice(-2)).toEqual([Date.UTC(2026, 10, 30), Date.UTC(2026, 11, 1)]);
  });

  test('of an owner asks for the owner, of all clusters for nothing', async () => {
    const asked: object[] = [];
    const reader: SpendReader = {
      spend: async (whose, boundaries) => {
        asked.push(whose);
        return boundaries.slice(1).map(() => 1);
      },
    };
    const of = (subject: string) => ({
      ...BUDGET,
      scope: { ...BUDGET.scope, namespace: null, subject },
    });
    expect(await chartOfSpend(of('team a 2026-11'), reader, MONEY)).not.toBeNull();
    expect(await chartOfSpend(of('team a 2026-11, all clusters'), reader, MONEY)).toBeNull();
    expect(await chartOfSpend(MINER, reader, MONEY)).toBeNull();
    expect(asked).toEqual([{ owner: 'team a' }]);
  });

  test('shows each hour of a cost spike beside the day before', async () => {
    const chart = await chartOfSpend(SPIKE, { spend: sampleSpend }, MONEY);
    expect(chart).toMatchObject({
      title: 'Cost of analytics an hour, USD',
      limit: null,
      anomaly: { from: SPIKE.startedAt },
    });
    expect(chart!.times.every((time) => time % HOUR_MS === 0)).toBe(true);
    expect(chart!.times.length).toBeGreaterThan(24);
    expect(chart!.values.at(-1)).toBeGreaterThan(3 * chart!.values[0]!);
  });
});

const fonts = new URL('fonts/', import.meta.url);

describe('the chart of a finding', () => {
  test('draws no request of nothing, and says that there is none', () => {
    const chart = { ...chartOf(MINER), request: 0 };
    const svg = usagePicture(chart);
    expect(svg).not.toContain('>request');
    expect(svg).toContain('>limit');
    expect(chartAltText(chart)).toContain('request none, limit 6 cores.');
  });

  test('shows request, limit, what is usual, and the anomaly', () => {
    const chart = chartOf(MINER);
    expect(chart).toMatchObject({
      unit: 'cores',
      request: 1.5,
      limit: 6,
      anomaly: { from: MINER.startedAt, to: MINER.lastSeen },
    });
    expect(chart.usual?.high).toBeLessThan(0.7);
    const svg = usagePicture(chart);
    for (const label of ['request', 'limit', 'usual', 'CPU of shop/Deployment/checkout']) {
      expect(svg).toContain(label);
    }
  });

  test('is of memory where memory is what killed it', () => {
    expect(chartOf(OOM)).toMatchObject({
      unit: 'bytes',
      limit: 512 * 2 ** 20,
      request: 256 * 2 ** 20,
    });
    expect(chartOf(STUCK)).toMatchObject({ unit: 'cores' });
  });

  test('labels never lie on each other', () => {
    for (const [request, limit, high] of [
      [1, 1.02, 2],
      [0.001, 0.01, 0.02],
      [5, 5, 10],
      [1, 100, 2],
    ] as const) {
      const svg = usagePicture({
        ...chartOf(MINER),
        request,
        limit,
        usual: { low: 0, high },
      });
      const rows = [...svg.matchAll(/y="(-?[\d.]+)"[^>]*>(?:limit|request|usual)/g)].map(([, y]) =>
        Number(y),
      );
      expect(rows).toHaveLength(3);
      const sorted = rows.toSorted((a, b) => a - b);
      const gaps = sorted.slice(1).map((y, index) => y - (sorted[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(13.9);
      expect(Math.max(...rows)).toBeLessThanOrEqual(300);
    }
  });

  test('has an alt text that says the same', () => {
    expect(chartAltText(chartOf(MINER))).toMatch(
      /^CPU of shop\/Deployment\/checkout: now 5\.86 cores, usually 0\.\d+ cores to 0\.\d+ cores, request 1\.5 cores, limit 6 cores\.$/,
    );
  });

  test('needs at least two known windows', () => {
    const to = TEST_NOW;
    const one = sampleUsage(MINER, to - HOUR_MS, to).slice(0, 1);
    expect(findingChart(MINER, one, [], CONTEXT)).toBeNull();
  });

  test('is light, and drawn with the bundled font alone', async () => {
    const svg = usagePicture(chartOf(MINER));
    const png = await svgToPng(svg);
    expect(png.length).toBeLessThan(80_000);
    // Without its font every letter would be missing, and the picture as without words.
    const wordless = await svgToPng(svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, ''));
    expect(png.length - wordless.length).toBeGreaterThan(4_000);
    expect(await svgToPng(svg)).toEqual(png);
  });

  test('of a group is the sum of the workloads that its pods belong to', async () => {
    const scope = { namespace: 'kube-system', workload: null, container: null, subject: 'img' };
    const group = { ...MINER, scope, pods: ['a-1', 'b-1'] };
    const asked: string[] = [];
    const reader = {
      workloadsOf: async (_: string, pods: readonly string[]) =>
        pods.map((name) => ({ kind: 'DaemonSet', name: name.slice(0, 1) })),
      usage: async ({ workload, from, to }: UsageQuery) => {
        asked.push(workload.name);
        return sampleUsage(MINER, from, to);
      },
    };
    const span = chartSpan(group);
    const sum = await findingUsage(group, span, reader);
    const one = sampleUsage(MINER, span.from, span.to);
    expect(asked).toEqual(['a', 'b']);
    expect(sum).toHaveLength(one.length);
    expect(sum.at(-1)?.cpuUsageCores).toBeCloseTo(2 * (one.at(-1)?.cpuUsageCores ?? 0));
    expect(await findingUsage({ ...group, pods: [] }, span, reader)).toEqual([]);
  });

  test('the fonts have their licence beside them', () => {
    for (const file of ['Inter-Regular.ttf', 'Inter-SemiBold.ttf']) {
      expect(existsSync(new URL(file, fonts))).toBe(true);
    }
    expect(readFileSync(new URL('LICENSE', fonts), 'utf8')).toContain('SIL OPEN FONT LICENSE');
  });
});
