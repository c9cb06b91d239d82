/** Labels of a series, without the metric's name. */
export type Labels = Readonly<Record<string, string>>;

/** One series' samples in a span of time, in order. */
export interface SampledSeries {
  readonly labels: Labels;
  /** Unix milliseconds, rising. */
  readonly times: ArrayLike<number>;
  /** As many as times. */
  readonly values: ArrayLike<number>;
}

/** All the series of one metric in a span of time. */
export interface MetricFamily {
  /** The name that is queried: a counter's ends in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly series: Iterable<SampledSeries>;
}

/** Whatever can tell its samples of a span of time, a family at a time. */
export interface SampleSource {
  /** Samples with start ≤ time < end (Unix milliseconds). */
  families(start: number, end: number): Iterable<MetricFamily>;
}
