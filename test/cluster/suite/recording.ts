import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { MetricStore } from '../../support/metricStore.ts';
import type { Comparison } from './compare.ts';
import type { RecordedSeries } from './record.ts';
import { anonymized } from './anonymize.ts';
import type { Span, TrueWorkload } from './truth.ts';

/** Where the recording that `npm test` replays is kept. */
export const RECORDING_FOLDER = resolve(import.meta.dirname, '../../collect/realKubelet');

/** A run of the suite, as it is kept. */
export interface RecordedRun {
  readonly span: Span;
  /** Name of each kind, and its key in `truth`. */
  readonly kinds: readonly { readonly name: string; readonly key: string }[];
  readonly truth: readonly TrueWorkload[];
  /** What Burnwatch said live, from cAdvisor and kube-state-metrics. */
  readonly live: readonly Comparison[];
}

/** Keeps a run: label sets once, times as differences, and null for a value that repeats. */
export async function writeRecording(
  folder: string,
  series: readonly RecordedSeries[],
  run: RecordedRun,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = anonymized(series).map(({ labels, times, values }) =>
    JSON.stringify([
      labels,
      times.map((time, index) => time - (times[index - 1] ?? 0)),
      values.map((value, index) => (value === values[index - 1] ? null : value)),
    ]),
  );
  writeFileSync(join(folder, 'samples.jsonl.gz'), gzipSync(lines.join('\n'), { level: 9 }));
  writeFileSync(join(folder, 'run.json.gz'), gzipSync(JSON.stringify(run), { level: 9 }));
}

export function readRun(folder: string): RecordedRun {
  return JSON.parse(
    gunzipSync(readFileSync(join(folder, 'run.json.gz'))).toString(),
  ) as RecordedRun;
}

/** Puts the recorded samples that `filter` keeps into a store, with the times that they had. */
export function fillStore(
  store: MetricStore,
  folder: string,
  filter: (labels: Readonly<Record<string, string>>) => boolean,
): void {
  const text = gunzipSync(readFileSync(join(folder, 'samples.jsonl.gz'))).toString();
  for (const line of text.split('\n')) {
    const [{ __name__: metric = '', ...labels }, differences, values] = JSON.parse(line) as [
      Record<string, string>,
      number[],
      (string | null)[],
    ];
    if (!filter(labels)) continue;
    let time = 0;
    let value = '';
    const samples = differences.map((difference, index): [number, number] => {
      time += difference;
      value = values[index] ?? value;
      return [time / 1000, value === '+Inf' ? Infinity : Number(value)];
    });
    store.add(metric, labels, samples);
  }
}
