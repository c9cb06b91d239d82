import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChargeLine, MonthReport } from './monthReport.ts';
import { byTeam, renderLines, type ExportFormat, type ExportTeam } from './renderExport.ts';

export interface ExportTarget {
  /** A folder; it is made where it is missing. */
  readonly to: string;
  readonly by: ExportTeam;
  readonly format: ExportFormat;
}

/** The file with all lines of a month. */
export function monthFile(to: string, cluster: string, month: string): string {
  return join(to, encodeURIComponent(cluster).replaceAll('.', '%2E'), teamFile(month, null));
}

/** The name of a team's file; null: of the one with all lines. Names of owners are annotations: no separator of a path passes. */
export function teamFile(month: string, team: string | null): string {
  return team === null
    ? `${month}.csv`
    : `${month}-${encodeURIComponent(team).slice(0, MOST_NAME)}.csv`;
}

/**
 * Writes a month into a folder, beneath the cluster's name: `2026-10-TEAM.csv` for each team, then `2026-10.csv` with all lines. A file is there whole
 * or not at all; an earlier one of the same month is replaced.
 *
 * @returns the files' paths.
 */
export async function writeExport(
  report: MonthReport,
  { to, by, format }: ExportTarget,
): Promise<readonly string[]> {
  const { month, cluster } = report;
  const all = monthFile(to, cluster, month);
  await mkdir(dirname(all), { recursive: true });
  const files = new Map<string, readonly ChargeLine[]>();
  for (const [team, lines] of byTeam(report, by))
    files.set(join(dirname(all), teamFile(month, team)), lines);
  // Last, since it says that the others are there.
  files.set(all, report.lines);
  const written: string[] = [];
  for (const [path, lines] of files) {
    const part = `${path}.part`;
    await writeFile(part, renderLines(report, lines, format));
    await rename(part, path);
    written.push(path);
  }
  return written;
}

/** Of the 255 bytes that file systems take. */
const MOST_NAME = 200;
