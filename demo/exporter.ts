import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { floorTo, type TimeMs } from '../src/model/time.ts';
import { SCRAPE_MS } from './cluster/simulation.ts';
import type { Labels, MetricFamily, SampleSource } from './samples.ts';

export interface Exporter {
  /** `host:port`, for a scrape configuration. */
  readonly target: string;
  close(): Promise<void>;
}

export interface ExporterOptions {
  readonly source: SampleSource;
  /** Samples before this were written into blocks. */
  readonly from: TimeMs;
  now(): TimeMs;
}

/**
 * Goes on where the blocks end: each scrape gets the samples that have become due since the last one, with
 * their own times, so that neither a late scrape nor the seam to the blocks leaves a gap. Samples count as
 * delivered only when the answer has gone out.
 */
export async function startExporter({ source, from, now }: ExporterOptions): Promise<Exporter> {
  let due = from;
  let undelivered: readonly { readonly until: TimeMs; readonly text: string }[] = [];
  function answer(response: ServerResponse): void {
    const until = floorTo(now(), SCRAPE_MS) + SCRAPE_MS;
    if (until > due) {
      undelivered = [...undelivered, { until, text: expositionText(source.families(due, until)) }];
      due = until;
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.once('finish', () => {
      undelivered = undelivered.filter((part) => part.until > until);
    });
    response.end(undelivered.map(({ text }) => text).join(''));
  }
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    target: `127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Families in Prometheus' text format, each sample with its time in milliseconds. */
export function expositionText(families: Iterable<MetricFamily>): string {
  let text = '';
  for (const { name, type, series } of families) {
    text += `# TYPE ${name} ${type}\n`;
    for (const { labels, times, values } of series) {
      const head = `${name}${labelText(labels)} `;
      for (let index = 0; index < times.length; index += 1) {
        text += `${head}${valueText(values[index])} ${times[index] ?? 0}\n`;
      }
    }
  }
  return text;
}

/** `{a="b",c="d"}` with values escaped, or nothing when there are no labels. */
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A value in the text formats: `NaN`, `+Inf`, `-Inf`, or the shortest decimal. */
function valueText(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
