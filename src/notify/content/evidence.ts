import type { Evidence, Finding, NextStep } from '../../model/finding.ts';
import { shellQuote } from '../../model/text/escape.ts';

const EFFECT_ORDER = { read: 0, contain: 1, destroy: 2 } as const;

/** The strongest reasons for a finding, the heaviest first; suppressors and context are no reasons. */
export function strongestEvidence(finding: Finding, count: number): readonly Evidence[] {
  return finding.evidence
    .filter(
      ({ family, weight, unit }) => family !== 'suppressor' && weight >= 0 && unit !== CONTEXT,
    )
    .sort((a, b) => b.weight - a.weight || (a.signal < b.signal ? -1 : 1))
    .slice(0, count);
}

/** Evidence of this unit has no weight: it informs the reader. */
const CONTEXT = 'context';

/** What speaks against a finding. */
export function suppressors(finding: Finding): readonly Evidence[] {
  return finding.evidence.filter(({ family, weight }) => family === 'suppressor' || weight < 0);
}

/** How far it has spread: replicas, nodes, other workloads with the same image. */
export function spreadEvidence(finding: Finding): readonly Evidence[] {
  return finding.evidence.filter(({ family, signal }) => family === 'spread' || SPREAD.has(signal));
}

const SPREAD: ReadonlySet<string> = new Set(['same-image', 'node']);

/** What changed around the onset: a new image, a new pod. */
export function changeEvidence(finding: Finding): readonly Evidence[] {
  return finding.evidence.filter(({ signal }) => CHANGES.has(signal));
}

const CHANGES: ReadonlySet<string> = new Set(['image-changed', 'pod-created']);

/**
 * Commands in the order in which a careful person runs them: look, contain, and only then destroy;
 * each with the context it is meant for, so that it cannot hit another cluster.
 */
export function orderedCommands(finding: Finding, kubeContext: string | null): readonly NextStep[] {
  return finding.next
    .map((step) => ({ ...step, command: withContext(step.command, kubeContext) }))
    .sort((a, b) => EFFECT_ORDER[a.effect] - EFFECT_ORDER[b.effect]);
}

function withContext(command: string, kubeContext: string | null): string {
  if (kubeContext === null) return command;
  // A hostile name may hold `| kubectl` or `--context`: what is quoted is a name, and stays as it is.
  const pieces = command.split(/('[^']*'|\\')/);
  if (pieces.some((piece, index) => index % 2 === 0 && /\s--context[ =]/.test(piece)))
    return command;
  const named = `kubectl --context ${shellQuote(kubeContext)}`;
  // Also where a manifest is piped into it.
  const calls = (piece: string, index: number) =>
    piece.replace(
      index === 0 ? /(^|\|\s*|&&\s*)kubectl(?=\s)/gm : /(\|\s*|&&\s*)kubectl(?=\s)/gm,
      (_, before: string) => before + named,
    );
  return pieces.map((piece, index) => (index % 2 === 0 ? calls(piece, index) : piece)).join('');
}
