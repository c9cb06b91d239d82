import type { Labels, MetricFamily } from './samples.ts';

const CHUNK_LENGTH = 1 << 18;

/**
 * Families as OpenMetrics text, in chunks of about 256 kB, `# EOF` included. Counters are declared
 * without their `_total`; times are seconds.
 */
export function* openMetricsText(families: Iterable<MetricFamily>): Generator<string> {
  let chunk = '';
  for (const { name, type, series } of families) {
    const declared = type === 'counter' ? name.replace(/_total$/, '') : name;
    chunk += `# TYPE ${declared} ${type}\n`;
    for (const { labels, times, values } of series) {
      const head = `${name}${labelText(labels)} `;
      for (let index = 0; index < times.length; index += 1) {
        chunk += `${head}${valueText(values[index])} ${(times[index] ?? 0) / 1000}\n`;
      }
      if (chunk.length >= CHUNK_LENGTH) {
        yield chunk;
        chunk = '';
      }
    }
  }
  yield `${chunk}# EOF\n`;
}

/** `{a="b",c="d"}` with values escaped, or nothing when there are no labels. */
export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A value in the text formats: `NaN`, `+Inf`, `-Inf`, or the shortest decimal. */
export function valueText(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
