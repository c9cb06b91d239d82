import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { CostQuery } from '../costTable.ts';
import { COST, NODE } from './columns.ts';
import { CostAnswers, type CostPages } from './costAnswers.ts';
import type { CostIdentity } from './costGroups.ts';
import { KeptSums } from './keptSums.ts';
import { pageCodecs } from './levels.ts';
import type { PageCodec } from './pageCodec.ts';

const WINDOW_MS = 300_000;
const DAY = Date.UTC(2026, 10, 20);
const codecs = pageCodecs(WINDOW_MS);

/** One state of a history whose hours all cost the same, on the node and by a container on it. */
interface Recorded {
  readonly rewritten?: number;
  readonly nano?: number;
  readonly hours?: number;
  readonly sealedAt?: (end: TimeMs) => TimeMs | undefined;
  /** Keys of the hours; each is a container on a node of its own. */
  readonly keys?: readonly number[];
  /** Keys that the size of an answer is known by. */
  readonly known?: readonly number[];
  /** Before any page is read. */
  readonly before?: Promise<void>;
}

function historyOf(recorded: Recorded): CostPages {
  const { rewritten = 0, nano = 100, hours = 2, keys = [1], known = keys, before } = recorded;
  const page = (codec: PageCodec, column: number) => {
    const { present, values } = codec.empty();
    present.fill(1, 0, hours);
    for (let hour = 0; hour < hours; hour += 1) values[hour * codec.columns.length + column] = nano;
    return codec.encode({ present, values });
  };
  return {
    span: async () => ({
      watermark: DAY + hours * HOUR_MS,
      windowsFrom: 0,
      hoursFrom: 0,
      rewritten,
    }),
    sealedAt: async (end) => recorded.sealedAt?.(end) ?? 0,
    costs: async function* (level) {
      await before;
      const hourPage = page(codecs.costHours, COST.cpuNano);
      yield level === 'hours' ? keys.map((key) => ({ key, page: hourPage })) : [];
    },
    nodes: async function* (level) {
      yield level === 'hours' ? [{ key: 1, page: page(codecs.nodeHours, NODE.cpuNano) }] : [];
    },
    usage: async () => [],
    identities: async (_, asked) => new Map(asked.map((key) => [key, identity(key)])),
    keys: async () => known,
    keyCount: async () => known.length,
    nodeNames: async () => new Map([[1, 'n1']]),
    coverage: async () => 1,
    hasIncomplete: async () => false,
  };
}

function identity(key: number): CostIdentity {
  return {
    namespace: 'a',
    kind: 'Deployment',
    name: `app-${key}`,
    container: 'c',
    node: `n${key}`,
    owner: '',
    image: '',
    labels: { team: `t${key}` },
    pod: null,
  };
}

function ask(kept: KeptSums, recorded: Recorded, query: Partial<CostQuery> = {}) {
  const { hours = 2 } = recorded;
  const asked = {
    from: DAY,
    to: DAY + hours * HOUR_MS,
    by: ['namespace'],
    namespaces: null,
  } as const;
  return new CostAnswers(historyOf(recorded), WINDOW_MS, kept).costs({ ...asked, ...query });
}

describe('what is kept of a history', () => {
  it('does not take sums of a question that began before recorded costs were changed', async () => {
    const kept = new KeptSums();
    const { promise, resolve } = Promise.withResolvers<void>();
    const earlier = ask(kept, { before: promise });
    // One that reads no nodes.
    await ask(kept, { rewritten: 6, nano: 900 }, { namespaces: ['a'] });
    resolve();
    expect((await earlier).nodesNano).toBe(200);
    const { nodesNano, rows } = await ask(kept, { rewritten: 6, nano: 900 });
    expect(nodesNano).toBe(1_800);
    expect(rows).toMatchObject([{ cpuNano: 1_800 }]);
  });

  it('is let go where the windows that it rests on were sealed anew, as after a failover', async () => {
    const kept = new KeptSums();
    const sealedAt = (end: TimeMs) => (end <= DAY + 2 * HOUR_MS ? end : undefined);
    expect((await ask(kept, { sealedAt })).nodesNano).toBe(200);
    // No longer sealed by the copy that took over; then sealed again.
    expect((await ask(kept, { hours: 1, nano: 7, sealedAt: () => 1 })).nodesNano).toBe(7);
    expect((await ask(kept, { nano: 7, sealedAt: (end) => end + DAY_MS })).nodesNano).toBe(14);
  });

  it('is let go where only more windows of another copy were seen', async () => {
    const kept = new KeptSums();
    await ask(kept, { sealedAt: (end) => end });
    const other = { hours: 3, nano: 7, sealedAt: (end: TimeMs) => end + 1 };
    expect((await ask(kept, other)).nodesNano).toBe(21);
  });

  it('counts each node under the name that the question gives it, also where it joined later', async () => {
    const kept = new KeptSums();
    const names = async (hours: number, nodesAs: readonly (readonly [string, string])[]) => {
      const keys = hours === 1 ? [1] : [1, 2];
      const by = ['namespace', 'node'] as const;
      const { rows } = await ask(kept, { hours, keys }, { by, nodesAs: new Map(nodesAs) });
      return rows.map(({ node, cpuNano }) => [node, cpuNano]);
    };
    expect(await names(1, [['n1', '=1']])).toEqual([['=1', 100]]);
    const guessed = [
      ['=0.5', 200],
      ['=1', 200],
    ];
    expect(
      await names(2, [
        ['n1', '=1'],
        ['n2', '=0.5'],
      ]),
    ).toEqual(guessed);
    expect(
      await names(3, [
        ['n1', '=1'],
        ['n2', '=0.9'],
      ]),
    ).toEqual([
      ['=0.9', 300],
      ['=1', 300],
    ]);
    // A node that has no other name keeps its own, until it has one.
    expect(await names(3, [['n1', '=1']])).toEqual([
      ['=1', 300],
      ['n2', 300],
    ]);
    expect(
      await names(3, [
        ['n1', '=1'],
        ['n2', '=1'],
      ]),
    ).toEqual([['=1', 600]]);
  });

  it('is bounded over all shapes, and nothing is kept of a new shape whose question was refused', async () => {
    const kept = new KeptSums();
    const span = { watermark: 0, windowsFrom: 0, hoursFrom: 0, rewritten: 0 };
    const query = (name: string) => ({
      boundaries: [DAY, DAY + 2 * HOUR_MS],
      by: ['workload'] as const,
      namespaces: [name],
    });
    const state = await kept.holdFor(span, async () => 0);
    const grown = (name: string, isAnswered: boolean) => {
      const shape = state.shape(query(name));
      for (let key = 0; key < 60_000; key += 1)
        shape.groupsOfKeys['rolled-up'].set(key, shape.groups.group(identity(key)));
      state.weigh(shape, isAnswered);
      return () => state.shape(query(name)) === shape;
    };
    expect(grown('refused', false)()).toBe(false);
    const isHeld = ['a', 'b', 'c', 'd'].map((name) => grown(name, true));
    expect(isHeld.map((one) => one())).toEqual([false, false, true, true]);
  });

  it('has no labels where rows have none', () => {
    const kept = new KeptSums();
    return expect(
      kept
        .holdFor({ watermark: 0, windowsFrom: 0, hoursFrom: 0, rewritten: 0 }, async () => 0)
        .then((state) =>
          state
            .shape({ boundaries: [], by: ['workload'], namespaces: null })
            .groups.group(identity(1)),
        ),
    ).resolves.toMatchObject({ first: { labels: {} } });
  });
});
