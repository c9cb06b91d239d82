import type { OperatorAction } from '../model/finding.ts';
import type { ExpectedSamples } from '../model/snapshot.ts';
import type { CycleState } from '../store/cycleState.ts';

/** Rules of findings about a scrape job; to accept one is to believe the job. */
export const SOURCE_RULES: ReadonlySet<string> = new Set(['untrusted-source', 'renamed-source']);

/** The scrape jobs that operators accepted, with the decisions since the last window. */
export function acceptedSources(
  { expectedSamples, findings }: CycleState,
  actions: readonly OperatorAction[],
): Pick<ExpectedSamples, 'acceptedSources'> {
  const accepted = new Set(expectedSamples.acceptedSources);
  for (const { findingId, action } of actions) {
    const finding = [...findings.values()].find(({ id }) => id === findingId);
    const job = finding?.scope.subject ?? null;
    if (finding === undefined || job === null || !SOURCE_RULES.has(finding.rule)) continue;
    if (action === 'accept') accepted.add(job);
    else if (action === 'reopen') accepted.delete(job);
  }
  const isNone = accepted.size === 0 && expectedSamples.acceptedSources === undefined;
  return isNone ? {} : { acceptedSources: [...accepted].sort() };
}
