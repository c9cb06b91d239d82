import type { Verdict } from '../../model/finding.ts';
import { HOUR_MS } from '../../model/time.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { collectSubjects } from './subjects/collectSubjects.ts';
import { forget } from './state/forget.ts';
import { absentGroup, collectGroups, mayBeOneOfMany } from './subjects/groups.ts';
import { lookAt, sceneOf, type AbuseLook, type Judged, type Scene } from './look.ts';
import { abuseCodec } from './state/codec.ts';
import { type AbuseState, type Rows } from './state/state.ts';
import type { Subject } from './subjects/subject.ts';
import { toVerdicts } from './verdict/toVerdicts.ts';
import type { AbuseSections } from './thresholds.ts';
import { abuseSchema, signaturesSchema } from './thresholds.ts';

/**
 * Recognises CPU and GPU that is burnt the way a miner burns it, from metrics and, where there are
 * any, specs; see docs/detection.md.
 */
export const abuseDetector: Detector<AbuseState, AbuseSections> = {
  name: 'abuse',
  version: 7,
  codec: abuseCodec,
  thresholds: { abuse: abuseSchema, signatures: signaturesSchema },
  detect(context, rows): readonly Verdict[] {
    return toVerdicts(lookAtWindow(context, rows));
  },
};

/**
 * Looks at every container, GPU and group of the window, and leaves the rows as the next window needs
 * them.
 */
export function lookAtWindow(context: DetectContext<AbuseSections>, rows: Rows): AbuseLook {
  const { window } = context.snapshot;
  const subjects = collectSubjects(context.snapshot, context.costs);
  const scene = sceneOf(context, rows, subjects);
  const judged: Judged[] = [];
  const candidates: Subject[] = [];
  for (const subject of subjects) {
    const result = lookAt(subject, [], scene);
    if (mayBeOneOfMany(result.facts)) candidates.push(subject);
    judged.push(result);
  }
  judged.push(...lookAtGroups(candidates, scene));
  if (window.end % HOUR_MS === 0) forget(rows, window.end);
  return { subjects, judged };
}

function* lookAtGroups(candidates: readonly Subject[], scene: Scene): Iterable<Judged> {
  const { rows, thresholds } = scene;
  const groups = collectGroups(candidates, rows, thresholds);
  const seen = new Set(groups.map(({ subject }) => subject.key));
  for (const { subject, memberHashes, memberKeys } of groups) {
    yield { ...lookAt(subject, memberHashes, scene), memberKeys };
  }
  // Groups of which nobody was seen in this window have used nothing; only open episodes care.
  const absent = Array.from(rows.entries()).filter(
    ([key, row]) => row.row === 'track' && row.since > 0 && !seen.has(key) && key.startsWith('g/'),
  );
  for (const [key, row] of absent) {
    const members = row.row === 'track' ? row.members : [];
    const result = lookAt(absentGroup(key), members, scene);
    // A group of one workload speaks through that workload, which is not there.
    yield members.length > 1 ? result : { ...result, status: 'unknown' };
  }
}
