import type { Finding } from '../../model/finding.ts';
import { HttpProblem } from '../problem.ts';
import type { ServeDeps } from '../deps.ts';
import { maySee, type Principal } from './principal.ts';

/** Evidence whose text names workloads of other namespaces. */
const NAMES_OTHERS = new Set(['same-image']);

/** A finding as this principal may see it: without what names other tenants' workloads. */
export function asSeenBy(principal: Principal, finding: Finding): Finding {
  if (principal.namespaces === null) return finding;
  const evidence = finding.evidence.filter(({ signal }) => !NAMES_OTHERS.has(signal));
  return { ...finding, evidence };
}

/** The finding, if there is one and the principal may see it: otherwise neither is told apart. */
export async function findVisible(
  id: string,
  principal: Principal,
  { reader }: Pick<ServeDeps, 'reader'>,
): Promise<Finding> {
  const finding = await reader.finding(id);
  if (finding === null || !maySee(principal, finding.scope.namespace))
    throw new HttpProblem(404, 'Not Found', 'There is no such finding');
  return asSeenBy(principal, finding);
}
