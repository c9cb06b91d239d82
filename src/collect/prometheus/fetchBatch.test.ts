import { describe, expect, it } from 'vitest';
import { CollectError } from '../collector.ts';
import { MINUTE_MS } from '../../model/time.ts';
import type { GridSpan, PrometheusClient } from './client.ts';
import { fetchBatch, noLimits } from './fetchBatch.ts';
import type { MatrixAnswer } from './matrix.ts';
import { QUERY_IDS, queryContext } from './queries.ts';

const grid = { startSeconds: 0, stepSeconds: 300, points: 9 };
const context = queryContext(300_000, 300_000, [{ name: 'cluster', op: '=', value: 'a' }]);
const never = new AbortController().signal;

interface Asked {
  readonly query: string;
  readonly from: number;
  readonly to: number;
}

/** A store whose answers hold the point's number at each point that is asked for. */
function store(refuse: (asked: Asked) => CollectError | null): {
  client: PrometheusClient;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const client: PrometheusClient = {
    server: 'http://store',
    async range(query: string, { from, to }: GridSpan): Promise<MatrixAnswer> {
      asked.push({ query, from, to });
      const refusal = refuse({ query, from, to });
      if (refusal !== null) throw refusal;
      const values = new Float64Array(grid.points).fill(Number.NaN);
      for (let point = from; point <= to; point++) values[point] = point;
      const badValues = new Uint32Array(grid.points);
      badValues[to] = 1;
      return { series: [{ labels: { a: 'b' }, values }], samples: 1, badValues, warnings: [] };
    },
    async instant() {
      return { series: [], samples: 0, warnings: [] };
    },
    close: () => undefined,
  };
  return { client, asked };
}

const failure = (code: CollectError['code']): CollectError => new CollectError(code, code, false);

describe('a batch', () => {
  it('is one request a query, with the configured matchers in every selector', async () => {
    const { client, asked } = store(() => null);
    await fetchBatch(client, context, grid, 4, never);
    expect(asked).toHaveLength(QUERY_IDS.length);
    for (const { query } of asked) {
      const selectors = query.match(/\[5m\]/g)?.length ?? 0;
      expect(selectors).toBeGreaterThan(0);
      expect(query.match(/cluster="a"\}\[5m\]/g)).toHaveLength(selectors);
    }
  });

  it('reads the window before only where it is needed', async () => {
    const { client } = store(() => null);
    const { answers } = await fetchBatch(client, context, grid, 4, never);
    expect(answers.restarts.series[0]?.values[0]).toBe(0);
    expect(answers.throttled.series[0]?.values[0]).toBeNaN();
  });

  it('is asked in halves when the store finds it too big or too slow, with the same result', async () => {
    const whole = await fetchBatch(store(() => null).client, context, grid, 4, never);
    const { client, asked } = store(({ from, to }) =>
      to - from > 2 ? failure(from === 0 ? 'too-large' : 'timeout') : null,
    );
    const split = await fetchBatch(client, context, grid, 4, never);
    expect(split.answers.throttled.series).toEqual(whole.answers.throttled.series);
    expect(asked.length).toBeGreaterThan(QUERY_IDS.length * 3);
  });

  it('names the windows that even alone cannot be read, unless they are indispensable', async () => {
    const refuse = (metric: string) => (asked: Asked) =>
      asked.query.includes(metric) && asked.from <= 4 && 4 <= asked.to
        ? failure('too-large')
        : null;
    const { client } = store(refuse('throttled'));
    const { answers } = await fetchBatch(client, context, grid, 4, never);
    expect(answers.throttled.failures).toEqual([{ from: 4, to: 4, text: 'too-large' }]);
    expect(answers.throttled.series[0]?.values[3]).toBe(3);
    expect(answers.throttled.series[0]?.values[4]).toBeNaN();
    await expect(
      fetchBatch(store(refuse('resource_requests')).client, context, grid, 4, never),
    ).rejects.toMatchObject({ code: 'too-large' });
  });

  it('asks for pods in parts where the store bears no more of them, and does not ask for more again', async () => {
    const one = { ...grid, points: 2 };
    const parts = /pod(=~|!~)"\.\*\[(\w+)\]"/;
    const phases = ({ query }: Asked) => query.includes('kube_pod_status_phase');
    const { client, asked } = store((each) =>
      phases(each) && (parts.exec(each.query)?.[2]?.length ?? 99) > 27
        ? failure('too-large')
        : null,
    );
    const borne = new Map<string, number>();
    const { answers } = await fetchBatch(client, context, one, 4, never, Infinity, {
      ...noLimits(),
      borne,
    });
    expect(answers.podPhase.failures).toEqual([]);
    expect([...borne.keys()]).toEqual(['kube_pod_status_phase']);
    const first = asked.splice(0).filter(phases);
    await fetchBatch(client, context, one, 4, never, Infinity, { ...noLimits(), borne });
    const again = asked.filter(phases);
    expect(again.length).toBeLessThan(first.length);
    expect(again.every(({ query }) => parts.test(query))).toBe(true);
  });

  it('fails with the store’s own failure, and asks no further', async () => {
    const { client, asked } = store(() => failure('unauthorized'));
    await expect(fetchBatch(client, context, grid, 4, never)).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('goes on without a metric whose query the store does not understand', async () => {
    const { client } = store(({ query }) => (query.includes('DCGM') ? failure('bad-query') : null));
    const { answers } = await fetchBatch(client, context, grid, 4, never);
    expect(answers.gpuTensor.failures).toEqual([{ from: 1, to: 8, text: 'bad-query' }]);
  });

  it('leaves a refused question alone for five minutes, then longer, and says meanwhile what it said', async () => {
    let minutes = 0;
    let refuses = true;
    const limits = noLimits(() => minutes * MINUTE_MS);
    const { client, asked } = store(({ query }) =>
      refuses && query.includes('DCGM_FI_PROF') ? failure('bad-query') : null,
    );
    const isAskedAt = async (at: number) => {
      minutes = at;
      asked.splice(0);
      const { answers } = await fetchBatch(client, context, grid, 4, never, Infinity, limits);
      const { series, failures } = answers.gpuTensor;
      const said = { from: 1, to: 8, text: 'bad-query' };
      const expected = refuses ? { series: [], failures: [said] } : { failures: [] };
      expect({ series, failures }).toMatchObject(expected);
      return {
        isAsked: asked.some(({ query }) => query.includes('DCGM_FI_PROF')),
        isLasting: failures.every(({ lasting }) => lasting === true),
      };
    };
    const times = Array.from({ length: 400 }, (_, minute) => minute);
    const answers: Awaited<ReturnType<typeof isAskedAt>>[] = [];
    for (const minute of times) answers.push(await isAskedAt(minute));
    expect(times.filter((minute) => answers[minute]?.isAsked)).toEqual([
      0, 5, 15, 35, 75, 135, 195, 255, 315, 375,
    ]);
    // From six hours on no window waits for it.
    expect(answers.findIndex(({ isLasting }) => isLasting)).toBe(360);
    // It is mended: that is noticed when it is asked again.
    expect((await isAskedAt(434)).isAsked).toBe(false);
    refuses = false;
    expect((await isAskedAt(435)).isAsked).toBe(true);
    // Mended, it is as if nothing had been.
    refuses = true;
    expect(await isAskedAt(436)).toEqual({ isAsked: true, isLasting: false });
    expect((await isAskedAt(440)).isAsked).toBe(false);
  });
});
