import type { Evidence, Finding, NextStep } from '../../model/finding.ts';

const EFFECT_ORDER = { read: 0, contain: 1, destroy: 2 } as const;

/** The strongest reasons for a finding, the heaviest first; suppressors are not reasons for it. */
export function strongestEvidence(finding: Finding, count: number): readonly Evidence[] {
  return finding.evidence
    .filter(({ family, weight }) => family !== 'suppressor' && weight >= 0)
    .sort((a, b) => b.weight - a.weight || (a.signal < b.signal ? -1 : 1))
    .slice(0, count);
}

/** What speaks against a finding. */
export function suppressors(finding: Finding): readonly Evidence[] {
  return finding.evidence.filter(({ family, weight }) => family === 'suppressor' || weight < 0);
}

/** How far it has spread: nodes, other workloads with the same image. */
export function spreadEvidence(finding: Finding): readonly Evidence[] {
  return finding.evidence.filter(({ family }) => family === 'spread');
}

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
  if (kubeContext === null || /\s--context[ =]/.test(command)) return command;
  return command.replace(/^kubectl(?=\s)/, `kubectl --context ${shellQuote(kubeContext)}`);
}

/** Quotes what a shell could read as anything but one word. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
