import { cpus } from 'node:os';
import { SECOND_MS } from '../../src/model/time.ts';
import type { StoreAlone } from './replay.ts';
import type { LiveRun } from './runDaemon.ts';

/** The first windows of a process compile code and fill caches. */
export const WARM_UP = 2;

export interface Size {
  readonly containers: number;
  readonly windows: number;
}

export interface Measured extends Size {
  readonly alone: StoreAlone;
  readonly run: LiveRun;
  /** Of the `burnwatch` that it is compared with. */
  readonly before: LiveRun | null;
}

interface Row {
  readonly what: string;
  /** In the unit that `what` names; of a run, or of the store alone. */
  value(run: LiveRun, one: Measured): number;
  readonly digits: number;
}

const MB = 1e6;

function perWindow(pick: (window: LiveRun['windows'][number]) => number) {
  return ({ windows }: LiveRun): number => {
    const warm = windows.slice(WARM_UP);
    return warm.reduce((sum, window) => sum + pick(window), 0) / warm.length;
  };
}

function percentile({ costs: { times } }: LiveRun, share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

const storeCpu = perWindow(({ storeCpuMs }) => storeCpuMs / SECOND_MS);

const ROWS: readonly Row[] = [
  {
    what: 'store alone, CPU s',
    value: (_, { alone }) => alone.cpuMs / SECOND_MS,
    digits: 2,
  },
  { what: 'store under Burnwatch, CPU s', value: storeCpu, digits: 2 },
  {
    what: 'its ratio to the store alone',
    value: (run, { alone }) => storeCpu(run) / (alone.cpuMs / SECOND_MS),
    digits: 2,
  },
  { what: 'Burnwatch, CPU s', value: perWindow(({ cpuMs }) => cpuMs / SECOND_MS), digits: 2 },
  { what: 'Burnwatch, peak RSS MB', value: ({ peakRssBytes }) => peakRssBytes / MB, digits: 0 },
  {
    what: 'Burnwatch, last RSS MB',
    value: ({ windows }) => (windows.at(-1)?.rssBytes ?? 0) / MB,
    digits: 0,
  },
  { what: 'queries', value: perWindow(({ store }) => store.queries), digits: 0 },
  { what: 'queries, alone', value: (_, { alone }) => alone.queries, digits: 0 },
  {
    what: 'samples loaded, thousands',
    value: perWindow(({ store }) => store.samples / 1e3),
    digits: 0,
  },
  {
    what: 'samples loaded, alone, thousands',
    value: (_, { alone }) => alone.samples / 1e3,
    digits: 0,
  },
  { what: 'answers, MB', value: perWindow(({ store }) => store.bytes / MB), digits: 1 },
  { what: 'answers, alone, MB', value: (_, { alone }) => alone.bytes / MB, digits: 1 },
  { what: 'refused queries', value: perWindow(({ store }) => store.refused), digits: 0 },
  {
    what: 'written to disk, MB',
    value: perWindow(({ writtenBytes }) => writtenBytes / MB),
    digits: 2,
  },
  {
    what: 'history, bytes a container and window',
    value: ({ historyBytes }, { containers, windows }) => historyBytes / containers / (windows + 1),
    digits: 0,
  },
  { what: 'costs at 50/s, p50 ms', value: (run) => percentile(run, 0.5), digits: 0 },
  { what: 'costs at 50/s, p99 ms', value: (run) => percentile(run, 0.99), digits: 0 },
  { what: 'costs at 50/s, failed of 1,000', value: ({ costs }) => costs.failures, digits: 0 },
  {
    what: 'peak RSS with them, MB',
    value: ({ peakRssWithCostsBytes }) => peakRssWithCostsBytes / MB,
    digits: 0,
  },
  {
    what: 'start to ready, s',
    value: ({ readyMs }) => readyMs / SECOND_MS,
    digits: 2,
  },
  { what: 'the first answer then, ms', value: ({ firstAnswerMs }) => firstAnswerMs, digits: 0 },
  { what: '`--help`, CPU s', value: ({ helpCpuSeconds }) => helpCpuSeconds, digits: 2 },
  { what: '`findings`, CPU s', value: ({ findingsCpuSeconds }) => findingsCpuSeconds, digits: 2 },
];

/** A table with a column for each size; with what it is compared with before it, and the ratio behind it. */
export function report(all: readonly Measured[]): string {
  const head = all.flatMap(({ containers, before }) => {
    const size = containers.toLocaleString('en');
    return before === null ? [size] : [`${size} before`, size, 'ratio'];
  });
  const grows = all.length > 1 ? ['growth'] : [];
  const body = ROWS.map(({ what, value, digits }) => {
    const figures = all.map((one) => value(one.run, one));
    const cells = all.flatMap((one, index) => {
      const now = figures[index] ?? Number.NaN;
      if (one.before === null) return [now.toFixed(digits)];
      const was = value(one.before, one);
      return [was.toFixed(digits), now.toFixed(digits), timesOf(now, was)];
    });
    return [what, ...cells, ...grows.map(() => timesOf(figures.at(-1)!, figures.at(-2)!))];
  });
  const titles = ['a window', ...head, ...grows];
  const table = [titles, titles.map(() => '---'), ...body];
  const day = new Date().toISOString().slice(0, 10);
  const { model = 'unknown' } = cpus()[0] ?? {};
  const spans = all.map(({ containers, windows }) => `${windows} windows of ${containers}`);
  const growth = grows.length === 0 ? '' : ' Growth is that between the last two sizes.';
  return `${day}, ${cpus().length} cores of ${model}, Node ${process.versions.node}; ${spans.join(', ')} containers.${growth}\n\n${table
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')}`;
}

function timesOf(now: number, was: number): string {
  return was === 0 ? '' : `× ${(now / was).toFixed(2)}`;
}
