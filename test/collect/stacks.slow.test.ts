import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationSettings } from '../../bench/detection/settings.ts';
import { startPrometheus, type PrometheusServer } from '../../demo/prometheusServer.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import { runWindow } from '../../src/cycle/runWindow.ts';
import { costNano } from '../../src/model/costParts.ts';
import { configSchema } from '../../src/daemon/config/schema.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { pricingProblems } from '../../src/cost/pricingProblems.ts';
import { WINDOW_MS } from '../../bench/detection/workload.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import { createMetricStore, type MetricStore } from '../support/metricStore.ts';
import { shownBy, STACKS, type Stack } from '../../bench/stacks/stacks.ts';
import { WINDOWS as ALL, worldSeries, worldSnapshots } from '../../bench/stacks/world.ts';

/**
 * The same cluster, honest services and miners, as eleven stacks of metrics show it. The table in docs/trust.md is what
 * this test measured: `UPDATE_DOCS=1` writes it.
 */
const DOCUMENT = join(import.meta.dirname, '../../docs/trust.md');
const MARKS = ['<!-- stacks -->', '<!-- /stacks -->'] as const;

interface Seen {
  /** Nano-units by namespace. */
  readonly costs: ReadonlyMap<string, number>;
  /** Miners that were found: the severity that the finding came to. */
  readonly miners: ReadonlyMap<string, string>;
  /** What is said to be missing: metric or exporter, and the sentence. */
  readonly missing: ReadonlyMap<string, string>;
  /** What Burnwatch says that all of it costs at most, in nano-units; null where costs are told. */
  readonly atMost: number | null;
  /** What it says that is not judged at most, in the same. */
  readonly unjudged: number;
}

const NO_BOUND: Pick<Seen, 'atMost' | 'unjudged'> = { atMost: null, unjudged: 0 };

/** The amounts an hour in a sentence of Burnwatch, as what they come to in a window. */
function amountIn(text: string, pattern: RegExp): number {
  const hourly = Number(pattern.exec(text)?.[1]);
  return Number.isNaN(hourly) ? Infinity : hourly * 1e9 * (WINDOW_MS / HOUR_MS);
}

/** The last miner comes after 90 minutes. */
const WINDOWS = ALL.slice(0, 33);

let store: MetricStore;
let server: PrometheusServer;
let truth: Seen;
const seen = new Map<string, Seen>();

beforeAll(async () => {
  const world = worldSnapshots().slice(0, WINDOWS.length);
  truth = see(world);
  store = await createMetricStore();
  for (const stack of STACKS)
    for (const series of worldSeries(world, stack.intervalSeconds)) {
      for (const { metric, labels, samples } of shownBy(stack, series))
        store.add(metric, { ...labels, stack: stack.name }, samples);
    }
  await store.build();
  server = await startPrometheus({ dataDir: store.folder });
  for (const stack of STACKS) seen.set(stack.name, see(await collect(stack)));
});
afterAll(async () => {
  await server.stop();
  await store.remove();
});

async function collect({ name }: Stack): Promise<readonly Snapshot[]> {
  const config = configSchema.parse({
    cluster: 'evaluation',
    prometheus: { url: server.url, matchers: `stack="${name}"` },
    workloads: { source: 'prometheus' },
  });
  const collector = await createCollector(config);
  try {
    return await collector.collect(WINDOWS, {}, new AbortController().signal);
  } finally {
    await collector.close();
  }
}

/** What Burnwatch makes of the windows. Of the first one the start is not known, and of the last one the end. */
function see(snapshots: readonly Snapshot[]): Seen {
  const settings = evaluationSettings();
  const state = new WorkingState(emptyState());
  const costs = new Map<string, number>();
  const miners = new Map<string, string>();
  const missing = new Map<string, string>();
  const bounds = { ...NO_BOUND };
  snapshots.forEach((snapshot, index) => {
    const { change, events, costs: window } = runWindow(snapshot, state, settings);
    state.apply(change);
    for (const { finding } of events)
      if (finding.kind === 'cryptojacking')
        miners.set(finding.scope.namespace ?? '', finding.severity);
    const problems = [...snapshot.problems, ...pricingProblems(snapshot, window)];
    for (const { subject, text } of snapshot.problems) missing.set(subject, text);
    if (index === 0 || index === snapshots.length - 1) return;
    for (const { code, subject, text } of problems) {
      if (code !== 'unknown-cost') continue;
      const atMost = amountIn(text, / at most ([\d.]+) \(/);
      if (subject === 'containers') bounds.atMost = (bounds.atMost ?? 0) + atMost;
      else bounds.unjudged += amountIn(text, / memory cost ([\d.]+) an hour/);
    }
    for (const row of window.allocations) {
      const { namespace } = row.pod;
      costs.set(namespace, (costs.get(namespace) ?? 0) + costNano(row));
    }
  });
  return { costs, miners, missing, ...bounds };
}

function isNamed(name: string, missing: Seen['missing']): boolean {
  return missing.has(name) || [...missing.values()].some((text) => text.includes(name));
}

const seenBy = ({ name }: Stack): Seen => seen.get(name) as Seen;

const sum = (all: ReadonlyMap<string, number>) => [...all.values()].reduce((a, b) => a + b, 0);

/** The largest error of a namespace's cost, and that of all of them together. */
function errorOf({ costs }: Seen): { readonly worst: number; readonly total: number } {
  const errors = [...truth.costs].map(([name, cost]) => (costs.get(name) ?? 0) / cost - 1);
  const worst = errors.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return { worst, total: sum(costs) / sum(truth.costs) - 1 };
}

/** Namespaces whose true cost is not what is shown, to 1 %, and not within the bounds that are said either. */
function costsOutside(stack: Stack): readonly string[] {
  const { atMost, costs } = seenBy(stack);
  const untold = atMost === null ? 0 : atMost - sum(costs);
  const all: readonly (readonly [string, number, number])[] = [
    ...[...truth.costs].map(([name, cost]) => [name, cost, costs.get(name) ?? 0] as const),
    ['all', sum(truth.costs), sum(costs)],
  ];
  return all
    .filter(([, cost, known]) => known > cost * 1.01 || known + untold < cost * 0.99)
    .map(([name]) => name);
}

describe.each(STACKS)('$name', (stack) => {
  it('gives every namespace its cost, or says within which bounds it lies', () => {
    const { missing, atMost } = seenBy(stack);
    expect(atMost === null).toBe(stack.sameCosts);
    expect(costsOutside(stack)).toEqual([]);
    expect(stack.names.filter((name) => !isNamed(name, missing))).toEqual([]);
    const unnamed = stack.names.length === 0 ? [...missing.keys()] : [];
    expect(unnamed).toEqual([]);
  });

  it('finds the same miners, and accuses nobody else', () => {
    const { miners, atMost, unjudged } = seenBy(stack);
    expect(stack.sameVerdicts ? miners : truth.miners).toEqual(truth.miners);
    const overlooked = [...truth.miners.keys()].filter((namespace) => !miners.has(namespace));
    const cost = overlooked.reduce((all, one) => all + (truth.costs.get(one) ?? 0), 0);
    expect(cost).toBeLessThanOrEqual(atMost ?? unjudged);
    for (const namespace of miners.keys()) expect(truth.miners.has(namespace)).toBe(true);
  });
});

it('is the table in docs/trust.md', () => {
  const percent = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
  const rows = STACKS.map((stack) => {
    const { worst, total } = errorOf(seenBy(stack));
    const { miners, missing, atMost, unjudged } = seenBy(stack);
    const most =
      atMost !== null
        ? `costs at most ${percent(atMost / sum(truth.costs) - 1)}`
        : unjudged > 0
          ? `unjudged at most ${percent(unjudged / sum(truth.costs)).slice(1)}`
          : '';
    const named = stack.names
      .filter((name) => isNamed(name, missing))
      .map((name) => (missing.has(name) ? `\`${name}\`` : name));
    return `| ${stack.name} | ${stack.intervalSeconds} s | ${percent(total)} | ${percent(worst)} | ${miners.size} of ${truth.miners.size} | ${named.join(', ') || 'nothing'} | ${most} |`;
  });
  const table = [
    '| stack | scrapes | cost of all | worst namespace | miners found | what it lacks, as Burnwatch says | and bounds |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
  const document = readFileSync(DOCUMENT, 'utf8');
  const [before = '', rest = ''] = document.split(MARKS[0]);
  const [, after = ''] = rest.split(MARKS[1]);
  if (process.env['UPDATE_DOCS'] === '1')
    writeFileSync(DOCUMENT, `${before}${MARKS[0]}\n\n${table.join('\n')}\n\n${MARKS[1]}${after}`);
  const cells = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('|') && !/^\|[\s-|]+$/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));
  const kept = readFileSync(DOCUMENT, 'utf8').split(MARKS[0])[1]?.split(MARKS[1])[0] ?? '';
  expect(cells(kept)).toEqual(cells(table.join('\n')));
});
