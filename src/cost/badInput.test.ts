import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempHistory } from '../../test/support/tempHistory.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { loadThresholds } from '../daemon/config/loadThresholds.ts';
import { runWindow } from '../cycle/runWindow.ts';
import type { Settings } from '../cycle/settings.ts';
import { emptyState } from '../store/cycleState.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { openHistoryReader } from '../engines/openHistory.ts';
import type { FindingEvent } from '../model/finding.ts';
import { MINUTE_MS } from '../model/time.ts';
import { loadPriceLists } from './lists/loadPriceLists.ts';
import type { CostReport } from './report/costReport.ts';
import { readCosts } from './report/readCosts.ts';
import { aContainer, aNode, aPod, aSnapshot } from '../../test/support/cost.ts';

/** Bad input from the price list to the cost table: a clear message, the last good prices, costs all the same. */
const START = Date.UTC(2026, 10, 24, 6);
const GOOD = 'InstanceType,Price,Region\nm9.xlarge,0.24,r1\n';

let directory: string;
let source: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'burnwatch-bad-input-'));
  source = join(directory, 'prices.csv');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** One window of a node of that type with a pod that has half of it, priced, recorded and asked for. */
async function run(
  list: string,
  instanceType: string,
): Promise<{ problems: readonly string[]; events: readonly FindingEvent[]; report: CostReport }> {
  await writeFile(source, list);
  const config = configSchema.parse({ pricing: { priceList: { source } } });
  const { lists, problems } = await loadPriceLists(config.pricing, {
    cacheDir: join(directory, 'cache'),
    now: START,
    signal: AbortSignal.timeout(10_000),
  });
  const labels = {
    'node.kubernetes.io/instance-type': instanceType,
    'topology.kubernetes.io/region': 'r1',
  };
  const half = aContainer({ cpuRequestCores: 2, ramRequestBytes: 8 * 1024 ** 3 });
  const snapshot = aSnapshot({
    window: { start: START, end: START + 5 * MINUTE_MS },
    nodes: [aNode({ name: 'n1', labels })],
    pods: [aPod({ name: 'web', containers: [half] })],
  });
  const settings: Settings = {
    config,
    thresholds: loadThresholds([]),
    detectors: DETECTORS,
    priceLists: lists,
    configHash: '',
  };
  const { costs, change, events } = runWindow(snapshot, emptyState(), settings);
  using temp = new TempHistory();
  // Costs are what is asked for here; detectors' state would need their codecs.
  const sealed = { snapshot, costs, events, change: { ...change, detectors: new Map() } };
  const record = { ...sealed, muted: false, applied: [], configHash: '' };
  const reader = await openHistoryReader(await temp.record('history', [record]));
  const { start: from, end: to } = snapshot.window;
  const query = { from, to, by: ['namespace'] as const, namespaces: null };
  const report = await readCosts(reader, config.pricing, { cluster: 'test', query });
  await reader.close();
  return { problems, events, report };
}

function unpriced(events: readonly FindingEvent[]): readonly string[] {
  return events.flatMap(({ finding }) =>
    finding.rule === 'unpriced-node' ? [finding.summary] : [],
  );
}

describe('bad input', () => {
  it('starts from a good list: everything is priced', async () => {
    const { problems, events, report } = await run(GOOD, 'm9.xlarge');
    expect([problems, unpriced(events)]).toEqual([[], []]);
    expect(report.nodesCost).toBeCloseTo(0.02, 9); // 0.24 an hour, five minutes
    expect(report.coverage).toBe(1);
  });

  it.each([
    ['unparsable', '<html>Sign in</html>', /prices\.csv:1: the header has no column InstanceType/],
    [
      'a negative price',
      GOOD.replace('0.24', '-0.24'),
      /prices\.csv:2: column Price: "-0\.24" is negative/,
    ],
    [
      'an unknown currency',
      `# currency: DOL\n${GOOD}`,
      /"# currency: DOL" is not an ISO 4217 currency/,
    ],
  ])('%s: a clear message, and the last good prices are kept', async (_, list, message) => {
    const { problems, report } = await run(list, 'm9.xlarge');
    expect(problems).toEqual([expect.stringMatching(message)]);
    expect(problems[0]).toContain(
      'The last good copy, read at 2026-11-24T06:00:00Z, is used instead',
    );
    expect(report.nodesCost).toBeCloseTo(0.02, 9);
    expect(report.coverage).toBe(1);
  });

  it('an instance type that is nowhere: a finding, and costs with lower coverage', async () => {
    const { events, report } = await run(GOOD, 'zz9.huge');
    expect(unpriced(events)).toEqual([
      expect.stringMatching(
        /^Node n1: priced by flat rates for want of a better source\..*instance type zz9\.huge \(region r1\): not in .*prices\.csv/,
      ),
    ]);
    expect(report.totalCost).toBeGreaterThan(0);
    expect(report.coverage).toBeCloseTo(0.5, 6);
    expect(report.rows[0]?.coverage).toBeCloseTo(0.5, 6);
    expect(report.rows[0]?.coverageBy).toMatchObject({ cpu: 1, memory: 1, requests: 1 });
    expect(report.rows[0]?.coverageBy.price).toBeCloseTo(0.5, 6);
  });

  it('a currency that nobody knows is refused by the configuration', () => {
    const parsed = configSchema.safeParse({ pricing: { currency: 'DOL' } });
    expect(parsed.error?.issues[0]).toMatchObject({
      path: ['pricing', 'currency'],
      message: 'must be an ISO 4217 code such as USD or EUR',
    });
  });
});
