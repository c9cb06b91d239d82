import { expect, it } from 'vitest';
import { judgedUntil } from './stretch.ts';

it('a cost spike is known until the last whole hour, mining until the last window', () => {
  const until = Date.parse('2026-11-24T09:45:00Z');
  expect(judgedUntil('cost-spike', until)).toBe(Date.parse('2026-11-24T09:00:00Z'));
  expect(judgedUntil('cryptojacking', until)).toBe(until);
});
