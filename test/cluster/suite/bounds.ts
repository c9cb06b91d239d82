import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURES, type Comparison, type Figure } from './compare.ts';
import type { Kind } from './workloads.ts';

/** A figure that is known to be out of bounds, and why. */
export interface KnownFault {
  readonly kind: string;
  readonly figure: Figure | 'owner' | 'detection';
  /** In the list of faults that the issues refer to. */
  readonly fault: number;
}

const KNOWN = JSON.parse(
  readFileSync(join(import.meta.dirname, 'knownFaults.json'), 'utf8'),
) as readonly KnownFault[];

const LASTING_BOUND: Readonly<Record<Figure, number>> = {
  cpu: 0.02,
  memory: 0.05,
  reservedCpu: 0.02,
  reservedMemory: 0.02,
  cost: 0.03,
};
/** What no scrape can have seen of a life: half an interval, and cAdvisor's pause before a sample. */
const UNSEEN_SECONDS = 15.5;
/** Kubernetes cuts a pod's times to whole seconds. */
const TIMES_CUT_SECONDS = 0.5;
/** What is lost nearly whole is out of bounds, however short it lived. */
const WIDEST_BOUND = 0.8;

export interface Verdict {
  /** Out of bounds and not known: these fail the suite. */
  readonly broken: readonly string[];
  readonly known: readonly string[];
  /** Known, and in bounds now: to be taken off the list. */
  readonly mended: readonly string[];
}

/** Holds every comparison against its bounds and the list of known faults. */
export function judge(kinds: readonly Kind[], comparisons: readonly Comparison[]): Verdict {
  const broken: string[] = [];
  const known: string[] = [];
  const mended: string[] = [];
  for (const comparison of comparisons) {
    const kind = kinds.find(({ name }) => name === comparison.name);
    const checks: [KnownFault['figure'], boolean, string][] = FIGURES.map((figure) => {
      const error = comparison.errors[figure];
      const isIn = error === null || Math.abs(error) <= boundOf(figure, kind);
      return [figure, isIn, `${(100 * (error ?? 0)).toFixed(1)} %`];
    });
    checks.push(['owner', comparison.isOwnerFound, 'not found']);
    const isSuspected = comparison.findings.some((finding) => finding.startsWith('cryptojacking'));
    const isAttack = kind?.isAttack === true;
    checks.push(['detection', isSuspected === isAttack, isAttack ? 'missed' : 'accused']);
    for (const [figure, isIn, what] of checks) {
      const fault = KNOWN.find((one) => one.kind === comparison.name && one.figure === figure);
      const line = `${comparison.name}: ${figure} ${what}${fault ? ` (fault ${fault.fault})` : ''}`;
      if (isIn && fault) mended.push(line);
      if (!isIn) (fault ? known : broken).push(line);
    }
  }
  return { broken, known, mended };
}

function boundOf(figure: Figure, kind: Kind | undefined): number {
  const life = kind?.lifeSeconds;
  const isUse = figure === 'cpu' || figure === 'memory' || figure === 'cost';
  if (life === undefined) return LASTING_BOUND[figure];
  if (!isUse) return LASTING_BOUND[figure] + TIMES_CUT_SECONDS / life;
  return Math.min(LASTING_BOUND[figure] + 0.03 + UNSEEN_SECONDS / life, WIDEST_BOUND);
}
