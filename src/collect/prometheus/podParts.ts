import { halvesOf, type PointSpan } from './grid.ts';
import type { LabelMatcher } from './matchers.ts';

/** One of several parts that all pods fall into by the last character of their names. */
export interface PodPart {
  readonly index: number;
  readonly of: number;
}

export const ALL_PODS: PodPart = { index: 0, of: 1 };

/**
 * Last characters of pod names: those that Kubernetes generates first, which are evenly spread. Part i of n has every
 * n-th of them from the i-th on, so that a half of a part is a part of twice as many.
 */
const LAST_CHARACTERS = Array.from('bcdfghjklmnpqrstvwxz2456789013aeiouy');
const MOST_PARTS = 16;

/** Two halves of a part; null when it is not worth splitting. */
export function halfParts({ index, of }: PodPart): readonly [PodPart, PodPart] | null {
  if (of >= MOST_PARTS) return null;
  return [
    { index, of: 2 * of },
    { index: index + of, of: 2 * of },
  ];
}

/** All parts when there are so many. */
export function partsOf(count: number): readonly PodPart[] {
  return Array.from({ length: count }, (_, index) => ({ index, of: count }));
}

/**
 * Selects the series of one part; every series is in exactly one. The first part has also those whose label ends
 * otherwise, or is absent.
 *
 * @param label which holds the pod's name, or another generated one
 */
export function partMatchers({ index, of }: PodPart, label: string): readonly LabelMatcher[] {
  if (of === 1) return [];
  const isIn = (place: number): boolean => (index === 0 ? place % of !== 0 : place % of === index);
  const characters = LAST_CHARACTERS.filter((_, place) => isIn(place)).join('');
  return [{ name: label, op: index === 0 ? '!~' : '=~', value: `.*[${characters}]` }];
}

/** Points of a grid, of a part of the pods. */
export type PartOfPoints = PointSpan & { readonly part: PodPart };

/** Two halves of some points' time; where it is one point, of their pods if they may be split. */
export function halvesOfPart(
  { part, ...points }: PartOfPoints,
  mayPartPods: boolean,
): readonly [PartOfPoints, PartOfPoints] | null {
  const times = halvesOf(points);
  if (times !== null)
    return [
      { ...times[0], part },
      { ...times[1], part },
    ];
  const pods = mayPartPods ? halfParts(part) : null;
  return (
    pods && [
      { ...points, part: pods[0] },
      { ...points, part: pods[1] },
    ]
  );
}
