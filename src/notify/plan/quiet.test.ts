import { expect, it } from 'vitest';
import { aFinding } from '../../../test/support/notify/findings.ts';
import type { Finding } from '../../model/finding.ts';
import { spokenForRule } from './quiet.ts';

const image = 'registry.example/pause';
const speaker = aFinding({
  name: 'speaker',
  rule: 'image-in-clusters',
  cluster: 'prod-eu',
  cause: 'mining',
  severity: 'warning',
  image,
});
const member = aFinding({ name: 'member', cause: 'mining', severity: 'warning', image });

it('a finding over clusters speaks for those of its image, unless they are graver', () => {
  const reason = (finding: Finding, of: Finding = speaker) => spokenForRule([of, finding])(finding);
  expect(reason(member)).toBe(`part of finding ${speaker.id} of prod-eu`);
  expect(reason({ ...member, severity: 'critical' })).toBeNull();
  expect(reason({ ...member, image: 'registry.example/other' })).toBeNull();
  expect(reason({ ...member, cause: 'busy-loop' })).toBeNull();
  expect(reason(speaker)).toBeNull();
  for (const state of ['resolved', 'accepted'] as const)
    expect(reason(member, { ...speaker, state })).toBeNull();
});
