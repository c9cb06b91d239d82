import { expect, it } from 'vitest';
import { eachColumn, sumSeries, type WorkloadSeries } from './readSeries.ts';

function series(times: readonly number[], value: number | null): WorkloadSeries {
  const ranges = [{ from: 0, to: 10, source: 'window' as const, resolutionMs: 5 }];
  return { times, columns: eachColumn(() => times.map(() => value)), ranges };
}

it('adds up what is used, and takes the worst of shares', () => {
  const sum = sumSeries([series([5, 10], 0.25), series([10, 15], 0.5)]);
  expect(sum.times).toEqual([5, 10, 15]);
  expect(sum.columns.cpuUsageCores).toEqual([0.25, 0.75, 0.5]);
  expect(sum.columns.throttledShare).toEqual([0.25, 0.5, 0.5]);
  expect(sum.columns.coverage).toEqual([0.25, 0.25, 0.5]);
});

it('keeps unknown apart from zero', () => {
  expect(sumSeries([series([5], null), series([5], null)]).columns.cpuUsageCores).toEqual([null]);
  expect(sumSeries([series([5], null), series([5], 1)]).columns.cpuUsageCores).toEqual([1]);
  expect(sumSeries([]).times).toEqual([]);
});
