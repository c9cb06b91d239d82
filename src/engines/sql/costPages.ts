import type { CostIdentity } from '../../store/pages/costGroups.ts';
import type { CostPages } from '../../store/pages/costAnswers.ts';
import type { PageRow } from '../../store/pages/pageBuffer.ts';
import { pageCodecs } from '../../store/pages/pageCodecs.ts';
import { all, IN_NUMBERS, list, value, values, type Db } from './db.ts';
import type { MetaTable } from './metaTable.ts';
import { readUsagePages } from './usagePages.ts';

const PAGES = {
  costs: {
    days: 'SELECT key, page FROM cost_days WHERE month = ? AND key > ? ORDER BY key LIMIT ?',
    hours: 'SELECT key, page FROM cost_hours WHERE day = ? AND key > ? ORDER BY key LIMIT ?',
  },
  nodes: {
    days: 'SELECT node AS key, page FROM node_days WHERE month = ?',
    hours: 'SELECT node AS key, page FROM node_hours WHERE day = ?',
    windows: 'SELECT node AS key, page FROM node_windows WHERE hour = ?',
  },
} as const;

/** Pages that are read at once, some tens of megabytes: of a large cluster a month holds hundreds. */
const AT_ONCE = 10_000;

/** No page is decoded for them. */
const KEYS = {
  days: 'SELECT key FROM cost_days WHERE month = ?',
  hours: 'SELECT key FROM cost_hours WHERE day = ?',
} as const;
const COUNT = 'SELECT (SELECT count(*) FROM cost_keys) + (SELECT count(*) FROM containers)';

const FIELDS = `namespace, kind, stored.name, container, node, owner, image,
  label_sets.labels, nodes.labels AS "nodeLabels"`;
const JOINED = `JOIN label_sets ON label_sets.id = label_set
  LEFT JOIN nodes ON nodes.name = stored.node WHERE stored.id ${IN_NUMBERS}`;
const IDENTITY = {
  'rolled-up': `SELECT stored.id, ${FIELDS}, NULL AS pod FROM cost_keys AS stored ${JOINED}`,
  windows: `SELECT stored.id, ${FIELDS}, pod FROM containers AS stored ${JOINED}`,
} as const;

/** The pages that costs are answered from. */
export function costPages(db: Db, meta: MetaTable, windowMs: number): CostPages {
  const codec = pageCodecs(windowMs).usage;
  return {
    span: () => meta.span(),
    costs: async function* (level, bucket) {
      for (let [after, rows] = [-1, [] as PageRow[]]; ; after = rows.at(-1)!.key) {
        rows = await all<PageRow>(db, PAGES.costs[level], bucket, after, AT_ONCE);
        yield rows;
        if (rows.length < AT_ONCE) return;
      }
    },
    nodes: async function* (level, bucket) {
      yield await all<PageRow>(db, PAGES.nodes[level], bucket);
    },
    usage: (hour, from) => readUsagePages(db, codec, [hour], null, from),
    identities: async (level, keys) => {
      type Stored = Omit<CostIdentity, 'labels' | 'nodeLabels'> & {
        readonly id: number;
        readonly labels: string;
        readonly nodeLabels: string | null;
      };
      const rows = await all<Stored>(db, IDENTITY[level], list(keys));
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
        : await values<number>(db, KEYS[level], bucket),
    keyCount: async () => (await value<number>(db, COUNT)) ?? 0,
    nodeNames: async () => {
      const rows = await all<{ id: number; name: string }>(db, 'SELECT id, name FROM nodes');
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    coverage: async ({ from, to }) => {
      const sql = 'SELECT sum(coverage) FROM windows WHERE start >= ? AND start < ?';
      return (await value<number | null>(db, sql, from, to)) ?? 0;
    },
    hasIncomplete: async ({ from, to }) => {
      const sql = 'SELECT 1 FROM windows WHERE complete = 0 AND start >= ? AND start < ? LIMIT 1';
      return (await value(db, sql, from, to)) !== undefined;
    },
  };
}
