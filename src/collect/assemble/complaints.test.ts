import { expect, it } from 'vitest';
import { complaintProblems, type Complaint } from './complaints.ts';

const complaint = (metric: string, said = 'store 2 is away'): Complaint => ({
  code: 'partial-answer',
  metric,
  without: 'it is unknown',
  said,
  lasting: false,
});

it('is a problem a metric, as long as they are few or the words differ', () => {
  const few = ['a', 'b', 'c'].map((metric) => complaint(metric));
  const problems = complaintProblems([...few, complaint('d', 'store 3 is away')]);
  expect(problems.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd']);
  expect(problems[0]?.text).toBe('the store left something out when asked for a: store 2 is away');
});

it('is one problem where many are hit by the same cause', () => {
  const many = ['a', 'b', 'b', 'c', 'd', 'e'].map((metric) => complaint(metric));
  expect(complaintProblems(many)).toEqual([
    {
      code: 'partial-answer',
      subject: 'several metrics',
      text: 'the store left something out when asked for 5 metrics (a, b, c and 2 more): store 2 is away',
    },
  ]);
  const failed = complaintProblems(many.map((one) => ({ ...one, code: 'query-failed' })));
  expect(failed).toHaveLength(1);
  expect(failed[0]?.text).toMatch(/^5 metrics \(.*\) could not be read, and what depends on them/);
  expect(complaintProblems([])).toEqual([]);
});
