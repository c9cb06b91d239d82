import { ownValue } from './ownValue.ts';

/** The label by which Kubernetes gives every namespace its name, so that it can be selected. */
export const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Where an object is and what it is called; empty without a namespace. */
export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** What it selects by labels; empty selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly SelectorExpression[];
}

export interface SelectorExpression {
  readonly key: string;
  /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
  readonly operator: string;
  readonly values: readonly string[];
}

/**
 * As Kubernetes selects by labels; an empty selector selects everything.
 *
 * @param unknown whether an operator that is not known selects
 */
export function selects(
  { matchLabels, matchExpressions }: LabelSelector,
  labels: Readonly<Record<string, string>>,
  unknown = false,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => ownValue(labels, key) === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = ownValue(labels, key);
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      return unknown;
    })
  );
}

/** True for a selector that selects everything. */
export function selectsAll({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}
