import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBlocks } from '../../demo/blocks.ts';
import { type PrometheusServer, startPrometheus } from '../../demo/prometheusServer.ts';
import type { Labels, SampledSeries, SampleSource } from '../../demo/samples.ts';
import { findTool } from '../../demo/tools.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { fc } from '../support/properties.ts';

const START = Date.parse('2026-11-02T22:00:00Z');
const END = START + 5 * HOUR_MS;

/** One core used all the time, and a gauge with hostile label values and special numbers. */
const SOURCE: SampleSource = {
  *families(start, end) {
    const times: number[] = [];
    for (let time = start; time < end; time += MINUTE_MS) times.push(time);
    yield {
      name: 'container_cpu_usage_seconds_total',
      type: 'counter',
      series: [{ labels: { pod: 'web-1' }, times, values: times.map((time) => time / 1000) }],
    };
    yield {
      name: 'kube_pod_info',
      type: 'gauge',
      series: [
        { labels: { pod: 'a"b\\c\nd' }, times, values: times.map(() => 1) },
        { labels: {}, times, values: times.map(() => Infinity) },
      ],
    };
  },
};

describe('createBlocks and startPrometheus', () => {
  let dataDir: string;
  let server: PrometheusServer;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'burnwatch-blocks-'));
    await createBlocks({ source: SOURCE, start: START, end: END, dataDir });
    server = await startPrometheus({ dataDir });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function query(promql: string): Promise<unknown[]> {
    const body = new URLSearchParams({ query: promql, time: String(END / 1000 - 60) });
    const response = await fetch(`${server.url}/api/v1/query`, { method: 'POST', body });
    const answer = (await response.json()) as { data: { result: unknown[] } };
    return answer.data.result;
  }

  it('makes a block for every day begun, and leaves nothing else behind', async () => {
    const names = await readdir(dataDir);
    expect(names.filter((name) => /^[0-9A-Z]{26}$/.test(name))).toHaveLength(2);
    expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('serves every sample, across the blocks', async () => {
    expect(await query('count_over_time(container_cpu_usage_seconds_total[5h])')).toMatchObject([
      { metric: { pod: 'web-1' }, value: [expect.anything(), '300'] },
    ]);
    expect(await query('rate(container_cpu_usage_seconds_total[1h])')).toMatchObject([
      { value: [expect.anything(), '1'] },
    ]);
  });

  it('keeps label values and special numbers as they were', async () => {
    expect(await query('kube_pod_info{pod!=""}')).toMatchObject([{ metric: { pod: 'a"b\\c\nd' } }]);
    expect(await query('kube_pod_info{pod=""}')).toMatchObject([
      { value: [expect.anything(), '+Inf'] },
    ]);
  });

  it('says what Prometheus said when it cannot start', async () => {
    await expect(
      startPrometheus({ dataDir: join(dataDir, 'other'), flags: ['--no-such-flag'] }),
    ).rejects.toThrow(/unknown long flag '--no-such-flag'/);
  });
});

describe('createBlocks', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'burnwatch-blocks-'));
    // promtool wants one.
    await mkdir(join(dataDir, 'wal'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('writes any series so that promtool reads every bit of it again', async () => {
    const series = fc.sample(seriesOf, { numRuns: 400, seed: 20_261_102 });
    const named = series.map((one, index) => ({
      ...one,
      labels: { ...one.labels, index: `${index}` },
    }));
    const source: SampleSource = {
      families: (start, end) => [
        { name: 'made_up', type: 'gauge', series: named.map((one) => cut(one, start, end)) },
      ],
    };
    await createBlocks({ source, start: START, end: START + 48 * HOUR_MS, dataDir });
    const promtool = await findTool('promtool');
    const options = { maxBuffer: 2 ** 28 };
    const { stdout } = await promisify(execFile)(promtool, ['tsdb', 'dump', dataDir], options);
    const read = Map.groupBy(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => /^(\{.* index="(\d+)".*\}) (\S+) (\d+)$/.exec(line)!),
      ([, , index]) => Number(index),
    );
    expect(read.size).toBe(named.length);
    for (const [index, { labels, times, values }] of named.entries()) {
      const lines = read.get(index)!;
      const shown = Object.entries({ ...labels, __name__: 'made_up' })
        .filter(([, value]) => value !== '')
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}="${value}"`);
      expect(new Set(lines.map(([, text]) => plain(text!)))).toEqual(
        new Set([`{${shown.join(', ')}}`]),
      );
      expect(lines.map(([, , , , time]) => Number(time))).toEqual(times);
      expect(lines.map(([, , , value]) => numberOf(value!))).toEqual(values);
    }
  });

  it.each([
    ['a name', 'bad name', { labels: {}, times: [START], values: [1] }, /"bad name" is no name/],
    ['a label', 'x', { labels: { 'a-b': '1' }, times: [START], values: [1] }, /"a-b" is no name/],
    ['a time', 'x', { labels: {}, times: [START, START], values: [1, 1] }, /is not between/],
    ['an end', 'x', { labels: {}, times: [END], values: [1] }, /is not between/],
  ])('refuses %s that Prometheus would not take', async (_, name, one, problem) => {
    const source: SampleSource = { families: () => [{ name, type: 'gauge', series: [one] }] };
    const folder = join(dataDir, 'bad');
    await expect(createBlocks({ source, start: START, end: END, dataDir: folder })).rejects.toThrow(
      problem,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes a series in parts of later and later times', async () => {
    const part = (time: number) => ({ labels: { part: 'a' }, times: [time], values: [time] });
    const source: SampleSource = {
      families: () => [
        { name: 'parts', type: 'gauge', series: [part(START), part(START + MINUTE_MS)] },
      ],
    };
    const folder = join(dataDir, 'parts');
    await mkdir(join(folder, 'wal'), { recursive: true });
    await createBlocks({ source, start: START, end: START + HOUR_MS, dataDir: folder });
    const { stdout } = await promisify(execFile)(await findTool('promtool'), [
      'tsdb',
      'dump',
      folder,
    ]);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it('refuses two series with the same labels at one time', async () => {
    const one = { labels: { a: 'b' }, times: [START], values: [1] };
    const source: SampleSource = {
      families: () => [{ name: 'x', type: 'gauge', series: [one, one] }],
    };
    await expect(createBlocks({ source, start: START, end: END, dataDir })).rejects.toThrow(
      'Two series at one time have the same labels: __name__ x a b',
    );
  });
});

/** Labels of any text, times in steps of any size, and numbers whose bits change much or little. */
const seriesOf = fc
  .tuple(
    fc.dictionary(
      fc.stringMatching(/^[a-h]{1,3}$/),
      fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/[\p{C}\\"]/u.test(text)),
      { maxKeys: 4 },
    ),
    fc.array(
      fc.tuple(
        fc.oneof(
          fc.constant(MINUTE_MS),
          fc.integer({ min: 1, max: 30_000 }),
          fc.integer({ min: 1, max: 3 * HOUR_MS }),
        ),
        fc.oneof(
          fc.constantFrom(0, 1, 1.5, -0, Infinity, -Infinity, Number.NaN, 5e-324, 2 ** 53),
          fc.double(),
          fc.integer({ min: 0, max: 1000 }),
          fc.float({ noNaN: true }),
        ),
      ),
      { minLength: 1, maxLength: 300 },
    ),
  )
  .map(([labels, samples]) => {
    const times: number[] = [];
    for (const [step] of samples) times.push((times.at(-1) ?? START - 1) + step);
    const inside = times.filter((time) => time < START + 48 * HOUR_MS);
    const values = samples.slice(0, inside.length).map(([, value]) => value);
    return { labels, times: inside, values };
  });

function cut(
  { labels, times, values }: { labels: Labels; times: number[]; values: number[] },
  start: number,
  end: number,
): SampledSeries {
  const isInside = (index: number): boolean => times[index]! >= start && times[index]! < end;
  return {
    labels,
    times: times.filter((_, index) => isInside(index)),
    values: values.filter((_, index) => isInside(index)),
  };
}

/** Go escapes what its tables of Unicode do not know as printable. */
function plain(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/g, (_, short?: string, long?: string) =>
    String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16)),
  );
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
