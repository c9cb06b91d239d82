/** How high use ordinarily goes. */
export interface Ceiling {
  readonly upper: number;
  /** How far nine hours of ten stay above the median of their hour of day: what that leaves unexplained. */
  readonly wobble: number;
}

/** What is normal, learnt from hours that no alarm flagged; cores are those of the hottest pod. */
export interface Usual {
  readonly normal: number;
  /** Robust standard deviation, with a floor. */
  readonly sigma: number;
  /** Of an hour's average. */
  readonly average: Ceiling;
  /** True until the same hours of the day were seen twice: the time of day is not accounted for. */
  readonly isShort: boolean;
  /** True while there are too few hours for a normal of its own: good only to see what is far beyond them. */
  readonly isProvisional: boolean;
}
