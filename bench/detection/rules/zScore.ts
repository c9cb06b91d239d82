import { Edges, seenIn, type Rule } from './rule.ts';

const DAY_WINDOWS = 288;
const MIN_WINDOWS = 36;

interface Past {
  readonly values: Float64Array;
  seen: number;
  sum: number;
  squares: number;
  hot: number;
}

/** More than three standard deviations above the mean of the last day, for three windows. */
export function zScore(): Rule {
  const past = new Map<string, Past>();
  const edges = new Edges();
  return {
    name: 'z-score > 3 for 15 min',
    *look(snapshot) {
      const alarming = new Map<string, string>();
      for (const { key, cores, namespace } of seenIn(snapshot)) {
        const one = past.get(key) ?? {
          values: new Float64Array(DAY_WINDOWS),
          seen: 0,
          sum: 0,
          squares: 0,
          hot: 0,
        };
        past.set(key, one);
        const n = Math.min(one.seen, DAY_WINDOWS);
        const mean = one.sum / Math.max(1, n);
        const deviation = Math.sqrt(Math.max(0, one.squares / Math.max(1, n) - mean * mean));
        // A floor of a hundredth of a core: a z-score on nothing alarms on nothing.
        const isHot = n >= MIN_WINDOWS && cores > mean + 3 * Math.max(deviation, 0.01 / 3);
        one.hot = isHot ? one.hot + 1 : 0;
        if (one.hot >= 3) alarming.set(key, namespace);
        const slot = one.seen++ % DAY_WINDOWS;
        const gone = one.values[slot] ?? 0;
        one.values[slot] = cores;
        one.sum += cores - gone;
        one.squares += cores * cores - gone * gone;
      }
      for (const key of edges.next(new Set(alarming.keys()))) yield alarming.get(key) ?? '';
    },
  };
}
