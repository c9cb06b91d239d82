import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedFile } from '../src/model/shippedFiles.ts';

const FOLDER = fileURLToPath(shippedFile('demo/traces/'));

/** A real trace in five-minute means. See traces/README.md for where each comes from. */
export interface Trace {
  readonly name: string;
  /** Cores as measured; for hosts the share of the host, 0..1. */
  readonly cores: readonly number[];
  /** Bytes a second, or null for hosts, whose network was not measured. */
  readonly rx: readonly number[] | null;
  readonly tx: readonly number[] | null;
  readonly ram: readonly number[] | null;
  readonly isHost: boolean;
  /** True for the windows that the trace's authors call anomalous; none of them is a miner. */
  readonly isAnomalous: readonly boolean[];
}

/** Seconds since 1970: from, to. */
type Stretch = readonly [number, number];

/** All traces, sorted by name. */
export function loadTraces(): readonly Trace[] {
  const anomalies = JSON.parse(readFileSync(`${FOLDER}anomalies.json`, 'utf8')) as Readonly<
    Record<string, readonly Stretch[]>
  >;
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((file) => {
      const name = basename(file, '.csv');
      return parse(name, readFileSync(`${FOLDER}${file}`, 'utf8'), anomalies[name] ?? []);
    });
}

function parse(name: string, csv: string, anomalies: readonly Stretch[]): Trace {
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const start = rows[0]?.[0] ?? 0;
  const isHost = name.startsWith('nab-');
  const windows: number[][][] = [];
  for (const row of rows) {
    const index = Math.floor(((row[0] ?? 0) - start) / 300);
    (windows[index] ??= []).push(row);
  }
  const filled = windows.filter((rows) => rows !== undefined && rows.length > 0);
  const mean = (column: number, scale: number): number[] =>
    filled.map(
      (rows) => (rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length) * scale,
    );
  const isAnomalous = filled.map(([first]) =>
    anomalies.some(([from, to]) => from <= (first?.[0] ?? 0) && (first?.[0] ?? 0) <= to),
  );
  if (isHost)
    return { name, cores: mean(1, 0.01), rx: null, tx: null, ram: null, isHost, isAnomalous };
  return {
    name,
    cores: mean(1, 0.001),
    // Bytes per scrape of a minute, as far as the data set documents it.
    rx: mean(5, 1 / 60),
    tx: mean(6, 1 / 60),
    ram: mean(3, 2 ** 20),
    isHost,
    isAnomalous,
  };
}
