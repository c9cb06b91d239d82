import type { RawSeries } from '../prometheus/rawSamples.ts';

/**
 * Old kubelets export one series a core (`cpu="cpu00"`), of the same scrapes: they are one counter. Where there
 * is a total as well, it is that.
 */
export function sumCpuParts(all: readonly RawSeries[]): readonly RawSeries[] {
  if (!all.some(isPart)) return all;
  const groups = Map.groupBy(all, ({ labels }) =>
    JSON.stringify({ ...labels, cpu: undefined }, Object.keys(labels).sort()),
  );
  return [...groups.values()].flatMap((group) => {
    const totals = group.filter((series) => !isPart(series));
    return totals.length > 0 ? totals : [sum(group)];
  });
}

function isPart({ labels }: RawSeries): boolean {
  const { cpu } = labels;
  return cpu !== undefined && cpu !== '' && cpu !== 'total';
}

function sum(parts: readonly RawSeries[]): RawSeries {
  const [first] = parts as readonly [RawSeries];
  const values = new Map<number, number>();
  for (const { times, values: own } of parts) {
    times.forEach((time, index) => values.set(time, (values.get(time) ?? 0) + (own[index] ?? 0)));
  }
  const times = Float64Array.from(values.keys()).sort();
  const { labels, reach } = first;
  const summed = times.map((time) => values.get(time) ?? 0);
  return { labels, times, values: summed, ...(reach !== undefined && { reach }) };
}
