import { HOUR_MS } from '../../model/time.ts';
import {
  COST_COLUMNS,
  NODE_COLUMNS,
  NODE_SUM_COLUMNS,
  USAGE_COLUMNS,
} from '../../store/pages/columns.ts';
import { ContainerTable } from './containerTable.ts';
import { CostKeys } from './costKeys.ts';
import type { Db } from './database.ts';
import { Dictionary } from './dictionary.ts';
import { labelSetDictionary } from './labelSets.ts';
import { NodeTable } from './nodeTable.ts';
import { PageCodec } from '../../store/pages/pageCodec.ts';
import { PageTable } from './pageTable.ts';
import type { RollUpTables } from './rollUp.ts';
import { DAYS_A_MONTH, HOURS_A_DAY } from '../../store/pages/slots.ts';
import type { WindowTables } from './windowPages.ts';

/** The codecs of all levels of pages. */
export function pageCodecs(windowMs: number) {
  const windows = HOUR_MS / windowMs;
  return {
    usage: new PageCodec(USAGE_COLUMNS, windows),
    costHours: new PageCodec(COST_COLUMNS, HOURS_A_DAY),
    costDays: new PageCodec(COST_COLUMNS, DAYS_A_MONTH),
    nodes: new PageCodec(NODE_COLUMNS, windows),
    nodeHours: new PageCodec(NODE_SUM_COLUMNS, HOURS_A_DAY),
    nodeDays: new PageCodec(NODE_SUM_COLUMNS, DAYS_A_MONTH),
  };
}

/** Every table that rows and roll-ups are written to, sharing one connection. */
export interface RowTables extends WindowTables, RollUpTables {
  readonly labelSets: Dictionary;
}

/** The tables that windows are written into, on one connection. */
export function createRowTables(db: Db, windowMs: number): RowTables {
  const codecs = pageCodecs(windowMs);
  const labelSets = labelSetDictionary(db);
  return {
    usage: PageTable.create(db, 'usage_pages', ['hour', 'container'], codecs.usage),
    costHours: PageTable.create(db, 'cost_hours', ['day', 'key'], codecs.costHours),
    costDays: PageTable.create(db, 'cost_days', ['month', 'key'], codecs.costDays),
    nodes: PageTable.create(db, 'node_windows', ['hour', 'node'], codecs.nodes),
    nodeHours: PageTable.create(db, 'node_hours', ['day', 'node'], codecs.nodeHours),
    nodeDays: PageTable.create(db, 'node_days', ['month', 'node'], codecs.nodeDays),
    containers: ContainerTable.create(db, labelSets),
    costKeys: CostKeys.create(db),
    nodeTable: NodeTable.create(db),
    reasons: Dictionary.create(db, 'reasons', 'text'),
    labelSets,
  };
}

/** Writes all pages that changed. */
export function flushPages(tables: RowTables): void {
  for (const pages of pageTables(tables)) pages.flush();
}

/** Drops everything held in memory: what a rolled back transaction had put there is not in the file. */
export function forgetAll(tables: RowTables): void {
  for (const pages of pageTables(tables)) pages.forget();
  tables.containers.forget();
  tables.costKeys.forget();
  tables.nodeTable.forget();
  tables.reasons.forget();
  tables.labelSets.forget();
}

/** Keeps only what the next window will need: the pages of its hour and the running pods. */
export function forgetFinished(tables: RowTables, hour: number): void {
  for (const pages of [tables.costHours, tables.costDays, tables.nodeHours, tables.nodeDays]) {
    pages.forget();
  }
  tables.containers.forgetBefore(hour);
  tables.costKeys.forget();
}

function pageTables(tables: RowTables): readonly PageTable[] {
  const { usage, costHours, costDays, nodes, nodeHours, nodeDays } = tables;
  return [usage, costHours, costDays, nodes, nodeHours, nodeDays];
}
