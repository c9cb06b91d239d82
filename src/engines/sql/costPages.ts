import type { TimeMs } from '../../model/time.ts';
import type { CostIdentity } from '../../store/pages/costGroups.ts';
import type { CostPages } from '../../store/pages/costAnswers.ts';
import type { PageRow } from '../../store/pages/pageCodec.ts';
import { pageCodecs } from '../../store/pages/levels.ts';
import { raw, inNumbers, type Db } from './db.ts';
import type { MetaTable } from './metaTable.ts';
import { readUsagePages } from './usagePages.ts';

const PAGES = {
  costs: {
    days: raw('SELECT key, page FROM cost_days WHERE month ='),
    hours: raw('SELECT key, page FROM cost_hours WHERE day ='),
  },
  nodes: {
    days: raw('SELECT node AS key, page FROM node_days WHERE month ='),
    hours: raw('SELECT node AS key, page FROM node_hours WHERE day ='),
    windows: raw('SELECT node AS key, page FROM node_windows WHERE hour ='),
  },
} as const;

/** Pages that are read at once, some tens of megabytes: of a large cluster a month holds hundreds. */
const AT_ONCE = 10_000;

/** No page is decoded for them. */
const KEYS = {
  days: raw('SELECT key FROM cost_days WHERE month ='),
  hours: raw('SELECT key FROM cost_hours WHERE day ='),
} as const;

const FIELDS = `namespace, kind, stored.name, container, node, owner, image,
  label_sets.labels, nodes.labels AS "nodeLabels"`;
const JOINED = `JOIN label_sets ON label_sets.id = label_set
  LEFT JOIN nodes ON nodes.name = stored.node WHERE stored.id`;
const IDENTITY = {
  'rolled-up': raw(`SELECT stored.id, ${FIELDS}, NULL AS pod FROM cost_keys AS stored ${JOINED}`),
  windows: raw(`SELECT stored.id, ${FIELDS}, pod FROM containers AS stored ${JOINED}`),
} as const;

/** The pages that costs are answered from. */
export function costPages(db: Db, meta: MetaTable, windowMs: number): CostPages {
  const codec = pageCodecs(windowMs).usage;
  return {
    span: () => meta.span(),
    sealedAt: (end) =>
      db.value<TimeMs>`SELECT sealed_at FROM ops_windows WHERE start = ${end - windowMs}`,
    costs: async function* (level, bucket) {
      for (let [after, rows] = [-1, [] as PageRow[]]; ; after = rows.at(-1)!.key) {
        rows =
          await db.all`${PAGES.costs[level]} ${bucket} AND key > ${after} ORDER BY key LIMIT ${AT_ONCE}`;
        yield rows;
        if (rows.length < AT_ONCE) return;
      }
    },
    nodes: async function* (level, bucket) {
      yield await db.all<PageRow>`${PAGES.nodes[level]} ${bucket}`;
    },
    usage: (hour, from) => readUsagePages(db, codec, [hour], null, from),
    identities: async (level, keys) => {
      type Stored = Omit<CostIdentity, 'labels' | 'nodeLabels'> & {
        readonly id: number;
        readonly labels: string;
        readonly nodeLabels: string | null;
      };
      const rows = await db.all<Stored>`${IDENTITY[level]} ${inNumbers(keys)}`;
      const parsed = new Map<string, Record<string, string>>();
      const labelsIn = (text: string): Record<string, string> => {
        let labels = parsed.get(text);
        if (labels === undefined)
          parsed.set(text, (labels = JSON.parse(text) as Record<string, string>));
        return labels;
      };
      return new Map(
        rows.map(({ id, labels, nodeLabels, ...row }) => [
          id,
          { ...row, labels: labelsIn(labels), nodeLabels: labelsIn(nodeLabels ?? '{}') },
        ]),
      );
    },
    keys: async (level, bucket) =>
      level === 'windows'
        ? (await readUsagePages(db, codec, [bucket])).map(({ key }) => key)
        : await db.values<number>`${KEYS[level]} ${bucket}`,
    keyCount: async () =>
      (await db.value<number>`SELECT (SELECT count(*) FROM cost_keys) + (SELECT count(*) FROM containers)`)!,
    nodeNames: () => db.pairs<number, string>`SELECT id, name FROM nodes`,
    coverage: async ({ from, to }) =>
      (await db.value<number>`SELECT coalesce(sum(coverage), 0) FROM windows
        WHERE start >= ${from} AND start < ${to}`)!,
    hasIncomplete: async ({ from, to }) =>
      (await db.value`SELECT 1 FROM windows
        WHERE complete = 0 AND start >= ${from} AND start < ${to} LIMIT 1`) !== undefined,
  };
}
