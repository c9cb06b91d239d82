import { expect, it } from 'vitest';
import { aNotice } from '../../../test/support/notify/deliveries.ts';
import { BUDGET, MINER, SPIKE } from '../../../test/support/notify/samples.ts';
import type { Finding } from '../../model/finding.ts';
import type { NoticeReason } from '../../store/notifications/notice.ts';
import { findingContent } from './findingContent.ts';

const CONTEXT = {
  currency: 'USD',
  externalUrl: 'https://bw.example.com/',
  kubeContext: 'prod',
};

function contentOf(finding: Finding, text = finding.summary) {
  const changes = [{ findingId: finding.id, reason: 'new' as NoticeReason, text }];
  return findingContent(aNotice([finding], { changes }), finding, CONTEXT);
}

function linksOf(finding: Finding): readonly string[] {
  return contentOf(finding).blocks.flatMap((block) =>
    block.kind === 'text'
      ? block.lines.flat().flatMap((part) => ('url' in part ? [part.url] : []))
      : [],
  );
}

it('about money links the costs by workload, for who has no command line', () => {
  expect(linksOf(BUDGET)[0]).toBe(
    'https://bw.example.com/explore?by=workload&window=month&filter=namespace%3D%22shop%22',
  );
  expect(linksOf(SPIKE)[0]).toBe(
    'https://bw.example.com/explore?by=workload&from=2026-11-24T01%3A00%3A00Z&filter=namespace%3D%22analytics%22',
  );
  const scope = { ...BUDGET.scope, namespace: null, subject: 'team "a" 2026-11' };
  expect(linksOf({ ...BUDGET, scope })[0]).toContain(
    new URLSearchParams({ filter: 'owner="team \\"a\\""' }).toString(),
  );
  expect(linksOf(MINER)).toEqual([]);
});

it('does not say its summary twice', () => {
  const small = (text?: string): string =>
    JSON.stringify(contentOf(SPIKE, text).blocks.find(({ kind }) => kind === 'small'));
  expect(small()).toContain('"new"');
  expect(small()).not.toContain('analytics costs');
  expect(small('It was just recognised')).toContain('It was just recognised');
});
