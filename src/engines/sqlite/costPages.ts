import type { CostIdentity } from '../../store/pages/costGroups.ts';
import type { CostPages } from '../../store/pages/costAnswers.ts';
import { each, first, value, type Db } from './database.ts';
import type { MetaTable } from './metaTable.ts';

const PAGES = {
  costs: {
    days: 'SELECT key, page FROM cost_days WHERE month = ?',
    hours: 'SELECT key, page FROM cost_hours WHERE day = ?',
    windows: 'SELECT container AS key, page FROM usage_pages WHERE hour = ?',
  },
  nodes: {
    days: 'SELECT node AS key, page FROM node_days WHERE month = ?',
    hours: 'SELECT node AS key, page FROM node_hours WHERE day = ?',
    windows: 'SELECT node AS key, page FROM node_windows WHERE hour = ?',
  },
} as const;

const FIELDS = 'namespace, kind, name, container, node, owner, image, labels';
const IDENTITY = {
  'rolled-up': `SELECT ${FIELDS}, NULL AS pod FROM cost_keys AS rows
    JOIN label_sets ON label_sets.id = label_set WHERE rows.id = ?`,
  windows: `SELECT ${FIELDS}, pod FROM containers AS rows
    JOIN label_sets ON label_sets.id = label_set WHERE rows.id = ?`,
} as const;

/** The pages that costs are answered from. */
export function costPages(db: Db, meta: MetaTable): CostPages {
  return {
    span: () => meta.span(),
    pages: (level, of, bucket) => each(db, PAGES[of][level], bucket),
    identity: (level, key) => {
      const row = first<CostIdentity & { labels: string }>(db, IDENTITY[level], key)!;
      return { ...row, labels: JSON.parse(row.labels) as Record<string, string> };
    },
    nodeName: (key) => value<string>(db, 'SELECT name FROM nodes WHERE id = ?', key)!,
    coverage: ({ from, to }) => {
      const sql = 'SELECT total(coverage) FROM windows WHERE start >= ? AND start < ?';
      return value<number>(db, sql, from, to)!;
    },
    hasIncomplete: ({ from, to }) => {
      const sql = 'SELECT 1 FROM windows WHERE complete = 0 AND start >= ? AND start < ? LIMIT 1';
      return value(db, sql, from, to) !== undefined;
    },
  };
}
