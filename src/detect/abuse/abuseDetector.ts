import { HOUR_MS } from '../../model/time.ts';
import type { DetectContext, Detector } from '../detector.ts';
import { lookAt, sceneOf, type AbuseLook, type Judged } from './look.ts';
import { abuseCodec } from './state/codec.ts';
import { forget } from './state/forget.ts';
import { type AbuseState, type Rows } from './state/state.ts';
import { collectSubjects } from './subjects/collectSubjects.ts';
import { collectGroups, mayBeOneOfMany } from './subjects/groups.ts';
import { abuseSchema, signaturesSchema, type AbuseSections } from './thresholds.ts';
import { toVerdicts } from './verdict/toVerdicts.ts';

/**
 * Recognises CPU and GPU that is burnt the way a miner burns it, from metrics and, where there are
 * any, specs; see docs/detection.md.
 */
export const abuseDetector: Detector<AbuseState, AbuseSections> = {
  name: 'abuse',
  version: 7,
  codec: abuseCodec,
  thresholds: { abuse: abuseSchema, signatures: signaturesSchema },
  detect: (context, rows) => toVerdicts(lookAtWindow(context, rows)),
};

/**
 * Looks at every container, GPU and group of the window, and leaves the rows as the next window needs
 * them.
 */
export function lookAtWindow(context: DetectContext<AbuseSections>, rows: Rows): AbuseLook {
  const { window } = context.snapshot;
  const subjects = collectSubjects(context.snapshot, context.costs);
  const scene = sceneOf(context, rows, subjects);
  const judged = subjects.map((subject) => lookAt(subject, [], scene));
  const candidates = judged.filter(({ facts }) => mayBeOneOfMany(facts));
  const groups = collectGroups(
    candidates.map(({ facts }) => facts.subject),
    rows,
    context.thresholds.abuse,
  );
  const ofGroups = groups.map(({ subject, memberHashes, memberKeys }): Judged => {
    const result = { ...lookAt(subject, memberHashes, scene), memberKeys };
    // A group of one workload speaks through that workload, which may not be there.
    const isSpeechless = memberKeys.length === 0 && memberHashes.length <= 1;
    return isSpeechless ? { ...result, status: 'unknown' } : result;
  });
  if (window.end % HOUR_MS === 0) forget(rows, window.end);
  return { subjects, judged: [...judged, ...ofGroups] };
}
