/** How requests are derived from use; the shipped values are in thresholds/overprovisioned.yaml. */
export interface RecommendationRule {
  /** Quantile of CPU use that the request is to cover, 0..1. */
  readonly percentile: number;
  /** Factor on top, for CPU and memory. */
  readonly margin: number;
  readonly floorCores: number;
  readonly floorBytes: number;
}
