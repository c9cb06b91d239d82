import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { containerSample, podSample, snapshotOf } from '../../../test/support/snapshots.ts';
import { IDENTITY, TempHistory } from '../../../test/support/tempHistory.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { runWindow } from '../../cycle/runWindow.ts';
import type { Settings } from '../../cycle/settings.ts';
import { emptyState, WorkingState } from '../../store/cycleState.ts';
import { detectorCodecs } from '../../daemon/compose.ts';
import { abuseDetector } from '../../detect/abuse/abuseDetector.ts';
import type { WindowRecord } from '../../store/history.ts';
import { DAY_MS, formatTime, HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import { runCommand } from '../../../test/support/runCommand.ts';

const START = Date.UTC(2026, 9, 28);
const WINDOW = 5 * MINUTE_MS;
/** A miner moves into the web pod at the end of the third day. */
const ONSET = START + 2 * DAY_MS + 20 * HOUR_MS;
const END = START + 3 * DAY_MS + 2 * HOUR_MS;
let temp: TempHistory;
let config: string;

beforeAll(async () => {
  temp = new TempHistory();
  const settings: Settings = {
    config: configSchema.parse({ cluster: IDENTITY.cluster }),
    thresholds: loadThresholds([]),
    detectors: [abuseDetector],
    priceLists: [],
    configHash: 'c0ffee',
  };
  const state = new WorkingState(emptyState());
  const writer = await temp.openWriter();
  await writer.loadState(detectorCodecs(settings));
  const batch: WindowRecord[] = [];
  for (let start = START; start < END; start += WINDOW) {
    const burnt = start >= ONSET ? 0.8 : 0;
    const wobble = 1 + 0.1 * Math.sin(start / 1e6);
    const web = podSample({
      networkReceiveBytesPerSecond: 20_000 * wobble,
      networkTransmitBytesPerSecond: 40_000 * wobble,
      containers: [containerSample({ cpuUsageCores: 0.1 * wobble + burnt })],
    });
    const quiet = podSample({
      name: 'quiet-1',
      workload: { kind: 'StatefulSet', name: 'quiet' },
      containers: [containerSample({ cpuUsageCores: 0.01 })],
    });
    const snapshot = snapshotOf({ start, end: start + WINDOW }, { pods: [quiet, web] });
    const { change, costs, events } = runWindow(snapshot, state, settings);
    state.apply(change);
    batch.push({ snapshot, costs, change, events, muted: false, applied: [], configHash: 'c0' });
  }
  for (let at = 0; at < batch.length; at += 288)
    await writer.recordWindows(batch.slice(at, at + 288));
  await writer.close();
  config = join(temp.folder, 'burnwatch.yaml');
  writeFileSync(config, `cluster: test\nhistory: { path: ${JSON.stringify(temp.path())} }\n`);
});
afterAll(() => temp[Symbol.dispose]());

async function runRaw(...args: readonly string[]) {
  return runCommand([...args, '--config', config], () => END);
}

const run = (...args: readonly string[]) => runRaw('explain', '--offline', ...args);

interface Json {
  readonly window: { readonly end: string };
  readonly unknown: readonly string[];
  readonly workloads: readonly {
    readonly subjects: readonly {
      readonly severity: string | null;
      readonly suspiciousSince: string | null;
      readonly needed: readonly string[];
      readonly caps: readonly { readonly name: string }[];
      readonly signals: readonly {
        readonly signal: string;
        readonly state: string;
        readonly weight: number;
        readonly text: string;
      }[];
    }[];
  }[];
}

async function json(...args: readonly string[]): Promise<Json> {
  const { code, out } = await run(...args, '-o', 'json');
  expect(code).toBe(0);
  return JSON.parse(out) as Json;
}

it('explain.flagged: every signal of what was flagged, and what a page would take', async () => {
  const { workloads, window } = await json('shop/web');
  expect(window.end).toBe(formatTime(END));
  const [subject] = workloads[0]!.subjects;
  expect(subject).toMatchObject({ severity: 'warning', suspiciousSince: formatTime(ONSET) });
  const states = new Map(subject!.signals.map(({ signal, state }) => [signal, state]));
  expect(states.get('novel-use')).toBe('fires');
  expect(states.get('cpu-without-work')).toBe('fires');
  expect(states.get('gpu-without-tensor')).toBe('unknown');
  expect(subject!.caps.map(({ name }) => name)).toContain('known-software');
  expect(subject!.needed.join()).toMatch(/Known software/);
  expect(subject!.signals.every(({ text }) => text.length > 10)).toBe(true);
});

it('explain.quiet: also what was not flagged, and what would change that', async () => {
  const { out, code } = await run('shop/StatefulSet/quiet');
  expect(code).toBe(0);
  expect(out).toContain('CPU: not flagged');
  expect(out).toMatch(/^novel-use +novelty +no +0\.01 +\d/m);
  expect(out).toMatch(/would have to pass 0\.0\d+ cores for some windows/);
});

it('explain.csv: one signal a row', async () => {
  const { out, code } = await run('shop/web', '-o', 'csv');
  expect(code).toBe(0);
  const [head, ...rows] = out.trimEnd().split('\r\n');
  expect(head).toBe('workload,signal,family,fires,value,threshold,unit,weight,meaning');
  const { workloads } = await json('shop/web');
  expect(rows).toHaveLength(workloads.flatMap(({ subjects }) => subjects)[0]!.signals.length);
  expect(
    rows.some((row) => row.startsWith('shop/Deployment/web (app),novel-use,novelty,yes,0.')),
  ).toBe(true);
});

it('explain.past: replays window rows from the checkpoint, and says what is not known', async () => {
  const before = await json('shop/web', '--at', formatTime(ONSET));
  expect(before.workloads[0]!.subjects[0]).toMatchObject({
    severity: null,
    suspiciousSince: null,
  });
  const during = await json('shop/web', '--at', formatTime(ONSET + HOUR_MS));
  expect(during.window.end).toBe(formatTime(ONSET + HOUR_MS));
  expect(during.workloads[0]!.subjects[0]).toMatchObject({
    severity: 'warning',
    suspiciousSince: formatTime(ONSET),
  });
  expect(during.unknown.join()).toMatch(/Replayed from the state of 2026-10-30T00:00:00Z/);
});

it('explain.past: the first day has no checkpoint and begins with nothing', async () => {
  const { workloads } = await json('shop/web', '--at', formatTime(START + 3 * HOUR_MS));
  const novel = workloads[0]!.subjects[0]!.signals.find(({ signal }) => signal === 'novel-use');
  expect(novel).toMatchObject({ state: 'unknown', weight: 0 });
});

it('explain.errors: names what is wrong', async () => {
  expect(await run('web')).toMatchObject({ code: 2 });
  const gone = await run('shop/nobody');
  expect(gone.code).toBe(1);
  expect(gone.err).toContain('shop/nobody did not run in the window that ends at 2026-10-31T02:00');
  expect(gone.err).toContain('(there are quiet, web)');
  expect((await run('shop/wbe')).err).toContain('(did you mean web?)');
  const nowhere = await run('shpo/web');
  expect(nowhere.code).toBe(1);
  expect(nowhere.err).toContain('the history has no namespace shpo (did you mean shop?)');
  const early = await run('shop/web', '--at', '2026-10-01');
  expect(early.err).toContain('the history begins at 2026-10-28T00:05:00Z');
});

it('findings show: the evidence, and below it what did not speak', async () => {
  const { out: list } = await runRaw('findings', '-o', 'json');
  const [finding] = JSON.parse(list) as { id: string }[];
  const { code, out } = await runRaw('findings', 'show', finding!.id);
  expect(code).toBe(0);
  const [evidence, silent] = out.split('Not in evidence');
  expect(evidence).toMatch(/novel-use \(novelty\): 0\.\d+ cores against 0\.\d+ cores/);
  expect(evidence).toMatch(/: 0(\.\d+)?% against 10%/);
  expect(evidence).not.toMatch(/\d\.\d{8}|unknown against|against none/);
  expect(evidence).toMatch(/changed .*around the onset/i);
  expect(silent).toMatch(/^gpu-without-tensor +shape +\? /m);
  expect(silent).not.toMatch(/^novel-use/m);
  expect(silent).toMatch(/To decide\n {2}\S/);
});
