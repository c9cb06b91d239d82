import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTool } from '../../demo/tools.ts';

/** `[unix seconds, value]`; the value may be `NaN` or an infinity. */
export type Sample = readonly [seconds: number, value: number];

/** A data folder for a real Prometheus, filled sample by sample. */
export interface MetricStore {
  readonly folder: string;
  add(metric: string, labels: Readonly<Record<string, string>>, samples: readonly Sample[]): void;
  /** Writes what was added into blocks. */
  build(): Promise<void>;
  /** The same samples in Prometheus' text format with times in milliseconds, for other stores. */
  text(): string;
  remove(): Promise<void>;
}

/** promtool is quick and small with one file for each two hours. */
const BLOCK_SECONDS = 7200;

/** Makes an empty store in a temporary folder. */
export async function createMetricStore(): Promise<MetricStore> {
  const root = await mkdtemp(join(tmpdir(), 'burnwatch-store-'));
  const folder = join(root, 'data');
  await mkdir(folder);
  const families = new Map<string, string[][]>();
  return {
    folder,
    add(metric, labels, samples) {
      const family = families.get(metric) ?? [];
      families.set(metric, family);
      const inner = Object.entries(labels).map(
        ([name, value]) => `${name}=${JSON.stringify(value)}`,
      );
      family.push(
        samples.map(
          ([seconds, value]) => `${metric}{${inner.join(',')}} ${print(value)} ${seconds}`,
        ),
      );
    },
    async build() {
      const promtool = await findTool('promtool');
      for (const block of blocksOf(families)) {
        const file = join(root, 'metrics.om');
        await writeFile(file, block);
        await promisify(execFile)(promtool, [
          'tsdb',
          'create-blocks-from',
          'openmetrics',
          file,
          folder,
        ]);
      }
    },
    text: () => `${[...families.values()].flat(2).map(inMilliseconds).join('\n')}\n`,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** OpenMetrics declares a counter `foo` whose samples are called `foo_total`; the rest go as gauges. */
function blocksOf(families: ReadonlyMap<string, readonly (readonly string[])[]>): string[] {
  const blocks = new Map<number, Map<string, string[]>>();
  for (const [metric, series] of families) {
    for (const line of series.flat()) {
      const block = Math.floor(Number(line.slice(line.lastIndexOf(' ') + 1)) / BLOCK_SECONDS);
      const inBlock = blocks.get(block) ?? new Map<string, string[]>();
      blocks.set(block, inBlock);
      const lines = inBlock.get(metric) ?? [];
      inBlock.set(metric, lines);
      lines.push(line);
    }
  }
  return [...blocks.values()].map((metrics) => {
    const text = [...metrics].flatMap(([metric, lines]) => [
      metric.endsWith('_total')
        ? `# TYPE ${metric.slice(0, -'_total'.length)} counter`
        : `# TYPE ${metric} gauge`,
      ...lines,
    ]);
    return `${text.join('\n')}\n# EOF\n`;
  });
}

function inMilliseconds(line: string): string {
  const at = line.lastIndexOf(' ') + 1;
  return `${line.slice(0, at)}${Math.round(Number(line.slice(at)) * 1000)}`;
}

function print(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
