import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sharingNext } from './inTurn.ts';

it('begins one reading after all who ask for it, and goes on after one that failed', async () => {
  const readings: PromiseWithResolvers<number>[] = [];
  const ask = sharingNext(() => {
    const reading = Promise.withResolvers<number>();
    readings.push(reading);
    return reading.promise;
  });
  const first = ask();
  await turn();
  const [second, third] = [ask(), ask()];
  expect(readings).toHaveLength(1);
  readings[0]!.reject(new Error('the server is away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => readings.length).toBe(2);
  const fourth = ask();
  readings[1]!.resolve(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  await expect.poll(() => readings.length).toBe(3);
  readings[2]!.resolve(3);
  expect(await fourth).toBe(3);
});
