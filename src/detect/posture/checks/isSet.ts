import type { RuleResult } from '../check.ts';
import type { PostureContainer } from '../postureInput.ts';

/** Fails with `text` where a request or limit is not set; a resource nobody told of is unknown. */
export function isSet(
  container: PostureContainer,
  field: 'requests' | 'limits',
  resource: string,
  text: string,
): RuleResult {
  const values = container[field];
  if (values === null || !container.known[field].includes(resource))
    return { unknown: `${field} of ${resource} are not known` };
  return resource in values ? null : text;
}
