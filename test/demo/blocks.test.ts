import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBlocks } from '../../demo/blocks.ts';
import { type PrometheusServer, startPrometheus } from '../../demo/prometheusServer.ts';
import type { SampleSource } from '../../demo/samples.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';

const START = Date.parse('2026-11-02T01:00:00Z');
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

  it('makes a block for every two hours begun, and leaves no text behind', async () => {
    const names = await readdir(dataDir);
    expect(names.filter((name) => /^[0-9A-Z]{26}$/.test(name))).toHaveLength(3);
    expect(names.filter((name) => name.startsWith('openmetrics-'))).toEqual([]);
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

  it('says what Prometheus said when it cannot start, and what promtool said of a bad file', async () => {
    await expect(
      startPrometheus({ dataDir: join(dataDir, 'other'), flags: ['--no-such-flag'] }),
    ).rejects.toThrow(/unknown long flag '--no-such-flag'/);
    const bad: SampleSource = {
      families: () => [
        { name: 'bad name', type: 'gauge', series: [{ labels: {}, times: [START], values: [1] }] },
      ],
    };
    await expect(
      createBlocks({ source: bad, start: START, end: END, dataDir: join(dataDir, 'bad') }),
    ).rejects.toThrow(/create-blocks-from|expected/);
  });
});
