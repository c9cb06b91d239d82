import type { NextStep, Scope } from '../../model/finding.ts';
import { shellQuote } from '../../model/text/escape.ts';

/** The command that changes requests or limits of a container: `--limits=cpu=2`. */
export function setResources(scope: Scope, change: string, why: string): NextStep {
  const target = shellQuote(`${scope.workload?.kind.toLowerCase()}/${scope.workload?.name}`);
  return {
    command: `kubectl -n ${shellQuote(scope.namespace ?? '')} set resources ${target} -c ${shellQuote(scope.container ?? '')} ${change}`,
    effect: 'contain',
    why,
  };
}
