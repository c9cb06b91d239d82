import type { MetricFamily, SampledSeries, SampleSource } from '../../../demo/samples.ts';
import type { TimeMs } from '../../../src/model/time.ts';

/** What one source shows until `at`, and another from then on. */
export function succession(before: SampleSource, after: SampleSource, at: TimeMs): SampleSource {
  return {
    families(start, end) {
      const parts = [
        ...(start < at ? before.families(start, Math.min(end, at)) : []),
        ...(end > at ? after.families(Math.max(start, at), end) : []),
      ];
      const byName = Map.groupBy(parts, ({ name }) => name);
      return [...byName.values()].map(joined);
    },
  };
}

function joined(parts: readonly MetricFamily[]): MetricFamily {
  const [first] = parts as [MetricFamily];
  return { ...first, series: parts.flatMap(({ series }): SampledSeries[] => [...series]) };
}
