import type { Named } from '../../../../model/labelSelector.ts';
import type { Failure } from '../../check.ts';

/** The objects of a kind that a rule says something of. */
export function failuresOf<T extends Named>(
  kind: string,
  objects: readonly T[] = [],
  rule: (object: T) => string | null,
): readonly Failure[] {
  return objects.flatMap((object): Failure[] => {
    const text = rule(object);
    const { namespace, name } = object;
    return text === null ? [] : [{ namespace, subject: `${kind} ${namespace}/${name}`, text }];
  });
}
