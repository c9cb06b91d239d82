import { describe, expect, it } from 'vitest';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { schemaProblems } from '../../../test/support/signals/ocsfSchema.ts';
import type { Finding, FindingEvent } from '../../model/finding.ts';
import { toOcsfEvent } from './ocsfEvent.ts';

const CONTEXT = { currency: 'USD', externalUrl: 'https://bw.example.com', kubeContext: 'prod' };

function ocsf(change: Partial<Finding> = {}, type: FindingEvent['type'] = 'opened') {
  const finding = aFinding(change);
  const event = { type, finding, at: finding.firstSeen, reason: 'a reason' } as FindingEvent;
  // What a store reads.
  return JSON.parse(JSON.stringify(toOcsfEvent(event, CONTEXT))) as Readonly<
    Record<string, unknown>
  >;
}

describe('OCSF’s Detection Finding', () => {
  it('has the attributes of the schema and no others, for every kind of event', () => {
    const about = { namespace: null, workload: null, container: null, subject: 'kube-scheduler' };
    const resolved = { state: 'resolved', resolvedAt: 2_000_000 } as const;
    for (const event of [
      ocsf(),
      ocsf({ kind: 'control-plane', scope: about, pods: [], evidence: [] }),
      ocsf(resolved, 'closed'),
      ocsf({ state: 'acknowledged' }, 'acknowledged'),
    ])
      expect(schemaProblems('detection_finding', event)).toEqual([]);
  });

  it('says what it is, of what, how grave and which technique', () => {
    expect(ocsf()).toMatchObject({
      class_uid: 2004,
      category_uid: 2,
      type_uid: 200401,
      severity_id: 5,
      status_id: 1,
      finding_info: { attacks: [{ technique: { uid: 'T1496' } }], types: ['cryptojacking'] },
      metadata: { version: '1.2.0', product: { name: 'Burnwatch' } },
      resources: expect.arrayContaining([{ type: 'Cluster', name: 'prod-eu' }]),
    });
    const closed = ocsf({ state: 'resolved', resolvedAt: 2_000_000 }, 'closed');
    expect(closed).toMatchObject({ activity_id: 3, type_uid: 200403, status_id: 4 });
  });

  it('the check of the schema finds what is wrong', () => {
    const event = { ...ocsf(), severity_id: 7, time: 'today', extra: 1, finding_info: {} };
    expect(schemaProblems('detection_finding', event)).toEqual([
      'extra: no attribute of detection_finding',
      'finding_info.title: is missing',
      'finding_info.uid: is missing',
      'severity_id: 7 is none of 0|1|2|3|4|5|6|99',
      'time: is no timestamp',
    ]);
  });
});
