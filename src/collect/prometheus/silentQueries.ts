import { CollectError } from '../collector.ts';
import type { Batch, RawAsking } from './batch.ts';
import { QUERY_IDS, querySpec, type QueryContext, type QueryId } from './queries.ts';

/**
 * Queries of metrics that a store has none of: of those that only some clusters have, most lack a few dozen. One
 * question for all their names tells whether any has come; as long as none has, they are not asked.
 */
export class SilentQueries {
  /** Null before the first batch, in which everything is asked. */
  #silent: Set<QueryId> | null = null;

  /**
   * The queries that have no answer in a batch, and need not be asked.
   *
   * @param asking with every job believed: what is there, whoever exports it.
   * @throws CollectError where the call was aborted
   */
  async unanswered(asking: Omit<RawAsking, 'borne' | 'refused'>): Promise<ReadonlySet<QueryId>> {
    const names = new Map(Array.from(this.#silent ?? [], (id) => [id, metricsOf(id)] as const));
    if (names.size === 0) return new Set();
    const there = await namesThere([...new Set([...names.values()].flat())], asking);
    if (there === null) return new Set();
    for (const [id, patterns] of names) {
      const isMetric = new RegExp(`^(?:${patterns.join('|')})$`);
      // What was there once is asked for from then on: another question would only repeat it.
      if (there.some((name) => isMetric.test(name))) this.#silent?.delete(id);
    }
    return new Set(this.#silent);
  }

  /** Takes what a batch answered. */
  learn({ answers }: Pick<Batch, 'answers'>): void {
    const isSilent = (id: QueryId): boolean => {
      const { series, failures, warnings } = answers[id];
      return series.length + failures.length + warnings.length === 0;
    };
    const before = this.#silent;
    this.#silent = new Set(
      QUERY_IDS.filter(
        (id) => querySpec(id).need === 'extra' && isSilent(id) && before?.has(id) !== false,
      ),
    );
  }
}

/** Names of these that have a sample in any range of a batch's queries; null where the store does not say. */
async function namesThere(
  names: readonly string[],
  { client, context, grid, signal }: Omit<RawAsking, 'borne' | 'refused'>,
): Promise<readonly string[] | null> {
  const series = context.select('', { name: '__name__', op: '=~', value: names.join('|') });
  const query = `count by (__name__) (last_over_time(${series}[${context.longest}]))`;
  try {
    const span = { grid, from: 0, to: grid.points - 1 };
    const { series: found, warnings } = await client.range(query, span, signal);
    return warnings.length > 0 ? null : found.map(({ labels }) => labels['__name__'] ?? '');
  } catch (error) {
    if (error instanceof CollectError && !signal.aborted) return null;
    throw error;
  }
}

/** The metrics that a query reads: names, or patterns of names. */
function metricsOf(id: QueryId): readonly string[] {
  const names = new Set<string>();
  const listening: QueryContext = {
    window: '',
    rate: '',
    longest: '',
    aheadMs: 0,
    select(metric, ...own) {
      names.add(
        metric === '' ? (own.find(({ name }) => name === '__name__')?.value ?? '') : metric,
      );
      return '';
    },
    within: () => listening,
  };
  querySpec(id).promql(listening);
  return [...names];
}
