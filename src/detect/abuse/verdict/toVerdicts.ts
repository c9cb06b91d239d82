import type { Severity, Verdict } from '../../../model/finding.ts';
import { repositoryOf } from '../../../model/podSpec.ts';
import type { AbuseLook } from '../look.ts';
import { MOST_NAMED, type Subject } from '../subjects/subject.ts';
import { rankOf } from '../state/state.ts';
import { verdictOf } from './verdict.ts';

/**
 * One cause, one finding: a group speaks for its members, at least as severely as they do, and the graver of cores and GPUs for a container. A member whose finding was there before
 * keeps it, without another word, until its own alarm ends.
 */
export function toVerdicts({ subjects, judged }: AbuseLook): readonly Verdict[] {
  const spokenFor = new Map<string, string>();
  const severityOfRank = new Map<string, Severity>();
  for (const { facts, status, severity } of judged)
    if (status === 'firing') severityOfRank.set(facts.subject.key, severity);
  for (const { facts, status, severity, memberKeys } of judged)
    if (status === 'firing' && severity !== 'info')
      for (const key of memberKeys) spokenFor.set(key, facts.subject.key);
  const best = new Map<string, Verdict>();
  for (const { facts, judgement, status, severity, memberKeys } of judged) {
    const { subject, indicators } = facts;
    if (status === 'unknown') continue;
    if (status === 'firing' && spokenFor.has(subject.key) && indicators.strong.length === 0)
      continue;
    const gravest = memberKeys
      .filter((key) => spokenFor.get(key) === subject.key)
      .map((key) => severityOfRank.get(key) ?? severity)
      .reduce((most, other) => (rankOf(other) > rankOf(most) ? other : most), severity);
    const sameImages = sameImage(subject, subjects);
    const verdict = verdictOf(facts, judgement, status, gravest, sameImages);
    const scope = JSON.stringify(verdict.scope);
    const other = best.get(scope);
    if (other === undefined || outweighs(verdict, other)) best.set(scope, verdict);
  }
  return [...best.values()];
}

function outweighs(a: Verdict, b: Verdict): boolean {
  if (a.status !== b.status) return a.status === 'firing';
  return a.score > b.score;
}

/** Workloads elsewhere that run the same image repository. */
function sameImage(subject: Subject, subjects: readonly Subject[]): readonly string[] {
  if (subject.image === null) return [];
  const repository = repositoryOf(subject.image);
  const found = new Set<string>();
  for (const { image, namespace, workload, kind } of subjects) {
    if (kind !== 'cpu' || image === null || workload === null) continue;
    const isItself =
      namespace === subject.namespace &&
      (subject.workload === null ||
        (workload.name === subject.workload.name && workload.kind === subject.workload.kind));
    if (!isItself && repositoryOf(image) === repository)
      found.add(`${namespace}/${workload.kind}/${workload.name}`);
    if (found.size >= MOST_NAMED) break;
  }
  return [...found].sort();
}
