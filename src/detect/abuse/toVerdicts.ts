import type { Verdict } from '../../model/finding.ts';
import type { AbuseLook } from './abuseDetector.ts';
import { repositoryOf } from './images.ts';
import type { Subject } from './subject.ts';
import { verdictOf } from './verdict.ts';

const MAX_SAME_IMAGE = 5;

/** One verdict a scope: a group speaks for its members, the graver of cores and GPUs for a container. */
export function toVerdicts({ subjects, judged }: AbuseLook): readonly Verdict[] {
  const spokenFor = new Set<string>();
  for (const { status, severity, memberKeys } of judged)
    if (status === 'firing' && severity !== 'info')
      for (const key of memberKeys) spokenFor.add(key);
  const best = new Map<string, Verdict>();
  for (const { facts, judgement, status, severity } of judged) {
    if (status === 'unknown') continue;
    const isMarked = facts.indicators.strong.length > 0;
    if (status === 'firing' && spokenFor.has(facts.subject.key) && !isMarked) continue;
    const verdict = verdictOf(facts, judgement, status, severity, {
      sameImage: sameImage(facts.subject, subjects),
    });
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
export function sameImage(subject: Subject, subjects: readonly Subject[]): readonly string[] {
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
    if (found.size >= MAX_SAME_IMAGE) break;
  }
  return [...found].sort();
}
