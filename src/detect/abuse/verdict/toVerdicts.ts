import type { Verdict } from '../../../model/finding.ts';
import { repositoryOf } from '../../../model/podSpec.ts';
import type { AbuseLook, Judged } from '../look.ts';
import { rankOf, severityOfRank } from '../state/state.ts';
import { MOST_NAMED, type Subject } from '../subjects/subject.ts';
import { verdictOf } from './verdict.ts';

/**
 * One cause, one finding: a group speaks for its members, at least as severely as they do, and the graver of cores and
 * GPUs for a container. A member whose finding was there before keeps it, without another word, until its own alarm ends.
 */
export function toVerdicts({ subjects, judged }: AbuseLook): readonly Verdict[] {
  const firing = judged.filter(({ status }) => status === 'firing');
  const rankOfKey = new Map(firing.map((one) => [one.facts.subject.key, rankOf(one.severity)]));
  const spokenFor = new Set(firing.filter(isSaid).flatMap(({ memberKeys }) => memberKeys));
  const best = new Map<string, Verdict>();
  for (const one of judged) {
    const { facts, judgement, status, severity } = one;
    const { subject, indicators } = facts;
    if (status === 'unknown') continue;
    if (status === 'firing' && spokenFor.has(subject.key) && indicators.strong.length === 0)
      continue;
    const ofMembers =
      status === 'firing' && isSaid(one)
        ? one.memberKeys.map((key) => rankOfKey.get(key) ?? 0)
        : [];
    const gravest = severityOfRank(Math.max(rankOf(severity), ...ofMembers)) ?? severity;
    const verdict = verdictOf(facts, judgement, status, gravest, sameImage(subject, subjects));
    const scope = JSON.stringify(verdict.scope);
    const other = best.get(scope);
    if (other === undefined || outweighs(verdict, other)) best.set(scope, verdict);
  }
  return [...best.values()];
}

function isSaid({ severity }: Judged): boolean {
  return severity !== 'info';
}

function outweighs(a: Verdict, b: Verdict): boolean {
  return a.status === b.status ? a.score > b.score : a.status === 'firing';
}

/** Workloads elsewhere that run the same image repository. */
function sameImage(subject: Subject, subjects: readonly Subject[]): readonly string[] {
  if (subject.image === null) return [];
  const repository = repositoryOf(subject.image);
  const names = subjects.flatMap(({ image, namespace, workload, kind }) => {
    if (kind !== 'cpu' || image === null || workload === null) return [];
    const isItself =
      namespace === subject.namespace &&
      (subject.workload === null ||
        (workload.name === subject.workload.name && workload.kind === subject.workload.kind));
    return isItself || repositoryOf(image) !== repository
      ? []
      : [`${namespace}/${workload.kind}/${workload.name}`];
  });
  return [...new Set(names)].sort().slice(0, MOST_NAMED);
}
