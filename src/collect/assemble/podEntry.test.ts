import { describe, expect, it } from 'vitest';
import { containerOf, newPod, withLoose, type ContainerEntry } from './podEntry.ts';

function entryOf(said: Partial<ContainerEntry>): ContainerEntry {
  return { ...containerOf(newPod('shop', 'web-0', null), 'app'), ...said };
}

describe('series of a container that name no UID', () => {
  it('say what its own do not, and take nothing from them', () => {
    const values = (...list: readonly number[]) => Float64Array.from(list);
    const own = entryOf({
      running: values(1, Number.NaN),
      throttled: new Map([['', values(0.5, Number.NaN)]]),
      requests: new Map([['cpu', values(2, Number.NaN)]]),
      waiting: [{ value: 'CrashLoopBackOff', values: values(1, Number.NaN) }],
    });
    const loose = entryOf({
      running: values(0, 0),
      throttled: new Map([['', values(Number.NaN, 0.25)]]),
      requests: new Map([
        ['cpu', values(3, 4)],
        ['memory', values(5, 6)],
      ]),
      waiting: [{ value: 'ImagePullBackOff', values: values(1, 1) }],
    });
    const both = withLoose(own, loose);
    expect(both.running).toEqual(values(1, 0));
    expect(both.throttled).toEqual(new Map([['', values(0.5, 0.25)]]));
    expect(both.requests).toEqual(
      new Map([
        ['cpu', values(2, 4)],
        ['memory', values(5, 6)],
      ]),
    );
    expect(both.waiting).toEqual([
      own.waiting[0],
      { value: 'ImagePullBackOff', values: values(Number.NaN, 1) },
    ]);
    expect(own.running).toEqual(values(1, Number.NaN));
  });
});
