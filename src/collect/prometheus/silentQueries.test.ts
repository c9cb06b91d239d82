import { describe, expect, it } from 'vitest';
import { CollectError } from '../collector.ts';
import type { BatchAnswer } from './batch.ts';
import type { PrometheusClient } from './client.ts';
import { QUERY_IDS, queryContext, type QueryId } from './queries.ts';
import { SilentQueries } from './silentQueries.ts';

const grid = { startSeconds: 0, stepSeconds: 300, points: 3 };
const context = queryContext(299_999, 600_000, [{ name: 'cluster', op: '=', value: 'a' }]);
const { signal } = new AbortController();

/** A store that has these metrics, or cannot say. */
function storeWith(names: readonly string[] | CollectError, warnings: readonly string[] = []) {
  const asked: string[] = [];
  const client: Pick<PrometheusClient, 'range'> = {
    async range(query) {
      asked.push(query);
      if (names instanceof CollectError) throw names;
      const series = names.map((name) => ({
        labels: { __name__: name },
        values: new Float64Array(grid.points),
      }));
      return {
        series,
        samples: 0,
        badValues: new Uint32Array(grid.points),
        warnings: [...warnings],
      };
    },
  };
  const asking = { client: client as PrometheusClient, context, grid, signal };
  return { asked, asking };
}

function answered(...ids: readonly QueryId[]) {
  const of = (id: QueryId): BatchAnswer => ({
    series: ids.includes(id) ? [{ labels: {}, values: new Float64Array(grid.points) }] : [],
    badValues: new Uint32Array(grid.points),
    warnings: [],
    failures: [],
  });
  return {
    answers: Object.fromEntries(QUERY_IDS.map((id) => [id, of(id)])) as Record<
      QueryId,
      BatchAnswer
    >,
  };
}

describe('queries of metrics that a store has none of', () => {
  it('are asked in the first batch, and then one question stands for them', async () => {
    const queries = new SilentQueries();
    const { asked, asking } = storeWith([]);
    expect(await queries.unanswered(asking)).toEqual(new Set());
    expect(asked).toEqual([]);
    queries.learn(answered('podOwner'));
    const unanswered = await queries.unanswered(asking);
    expect(unanswered).toContain('gpuTensor');
    // What every installation has is always asked for: its absence is worth a sentence of its own.
    for (const id of ['podOwner', 'requests', 'limits'] as const)
      expect(unanswered).not.toContain(id);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(
      /^count by \(__name__\) \(last_over_time\(\{.*cluster="a"\}\[10m\]\)\)$/,
    );
    expect(asked[0]).toContain('|DCGM_FI_PROF_PIPE_TENSOR_ACTIVE|');
  });

  it('are asked again from the batch on in which one of their metrics is there', async () => {
    const queries = new SilentQueries();
    queries.learn(answered());
    const there = ['kube_pod_overhead_memory_bytes', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'];
    const unanswered = await queries.unanswered(storeWith(there).asking);
    for (const id of ['podOverhead', 'gpuUtilisation'] as const)
      expect(unanswered).not.toContain(id);
    expect(unanswered).toContain('gpuTensor');
    expect(await queries.unanswered(storeWith([]).asking)).toEqual(unanswered);
  });

  it('are all asked where the store does not say, or says that it left something out', async () => {
    const queries = new SilentQueries();
    queries.learn(answered());
    const refused = storeWith(new CollectError('too-large', 'too many series', false));
    expect(await queries.unanswered(refused.asking)).toEqual(new Set());
    expect(await queries.unanswered(storeWith([], ['partial']).asking)).toEqual(new Set());
    queries.learn(answered('quotas'));
    const unanswered = await queries.unanswered(storeWith([]).asking);
    expect(unanswered).not.toContain('quotas');
    expect(unanswered).toContain('limitRanges');
  });
});
