/** A rate with its 95 % confidence interval. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  /** Independent clusters (services) behind it. */
  readonly clusters: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Rate {
  readonly events: number;
  readonly podDays: number;
  readonly clusters: number;
  /** Events per pod-day. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One observation of a yes-no outcome, and the service it belongs to. */
export interface Trial {
  readonly cluster: string;
  readonly hit: boolean;
}

const Z = 1.959964;

/**
 * A share with Wilson's interval (1927), its sample size divided by the design effect of clustering by
 * service (Kish 1965): cases on the same service are not independent.
 */
export function shareOf(trials: readonly Trial[]): Share {
  const of = trials.length;
  const hits = trials.filter(({ hit }) => hit).length;
  const clusters = new Set(trials.map(({ cluster }) => cluster)).size;
  const [low, high] = wilson(hits, of, of / designEffect(trials));
  return { hits, of, clusters, value: of === 0 ? 0 : hits / of, low, high };
}

export function wilson(
  hits: number,
  of: number,
  effective = of,
): readonly [low: number, high: number] {
  if (of === 0 || effective <= 0) return [0, 1];
  const p = hits / of;
  const z2 = (Z * Z) / effective;
  const middle = (p + z2 / 2) / (1 + z2);
  const half =
    (Z * Math.sqrt((p * (1 - p)) / effective + (Z * Z) / (4 * effective ** 2))) / (1 + z2);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** How much the variance grows because cases come in clusters (ratio estimator); at least 1. */
export function designEffect(trials: readonly Trial[]): number {
  const n = trials.length;
  const p = trials.filter(({ hit }) => hit).length / n;
  if (n === 0 || p === 0 || p === 1) return 1;
  const groups = new Map<string, { n: number; hits: number }>();
  for (const { cluster, hit } of trials) {
    const group = groups.get(cluster) ?? { n: 0, hits: 0 };
    group.n += 1;
    group.hits += hit ? 1 : 0;
    groups.set(cluster, group);
  }
  const m = groups.size;
  if (m < 2) return n;
  let sum = 0;
  for (const group of groups.values()) sum += (group.hits - p * group.n) ** 2;
  const variance = (m / (m - 1)) * (sum / n ** 2);
  return Math.min(n, Math.max(1, variance / ((p * (1 - p)) / n)));
}

/**
 * Events per pod-day with Garwood's exact Poisson interval (1936). Several alarms of one service are not
 * independent: the interval is that of the events divided by their mean number per alarming service.
 */
export function rateOf(
  services: readonly {
    readonly cluster: string;
    readonly events: number;
    readonly podDays: number;
  }[],
): Rate {
  const events = services.reduce((sum, one) => sum + one.events, 0);
  const podDays = services.reduce((sum, one) => sum + one.podDays, 0);
  const alarming = new Set(services.filter((one) => one.events > 0).map((one) => one.cluster)).size;
  const clump = alarming === 0 ? 1 : Math.max(1, events / alarming);
  const [low, high] = garwood(events / clump);
  const clusters = new Set(services.map(({ cluster }) => cluster)).size;
  if (podDays === 0) return { events, podDays, clusters, value: 0, low: 0, high: Infinity };
  return {
    events,
    podDays,
    clusters,
    value: events / podDays,
    low: (low * clump) / podDays,
    high: (high * clump) / podDays,
  };
}

/** 95 % bounds of a Poisson mean after `events`, by bisection of its distribution function. */
export function garwood(events: number): readonly [low: number, high: number] {
  const low = events === 0 ? 0 : solve((mean) => 1 - poisson(events - 1, mean), 0.025);
  return [low, solve((mean) => 1 - poisson(events, mean), 0.975)];
}

/** P(X ≤ k) of a Poisson variable; k may be fractional (regularised gamma by its series). */
function poisson(k: number, mean: number): number {
  if (mean === 0) return 1;
  const s = k + 1;
  let term = 1 / s;
  let sum = term;
  for (let n = 1; n < 2000 && term > sum * 1e-14; n++) {
    term *= mean / (s + n);
    sum += term;
  }
  return 1 - Math.min(1, sum * Math.exp(-mean + s * Math.log(mean) - logGamma(s)));
}

/** Lanczos' approximation. */
function logGamma(x: number): number {
  const c = [76.1800917294715, -86.5053203294168, 24.01409824083091, -1.23173957245];
  const tail = [0.1208650973866179e-2, -0.5395239384953e-5];
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  let series = 1.000000000190015;
  [...c, ...tail].forEach((value, index) => (series += value / (x + 1 + index)));
  return -t + Math.log((2.50662827463 * series) / x);
}

/** The mean at which a rising function reaches `target`. */
function solve(f: (mean: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  while (f(high) < target) high *= 2;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (f(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Quantile of delays in which Infinity stands for never. */
export function delayQuantile(delays: readonly number[], q: number): number {
  const sorted = delays.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Infinity;
}
