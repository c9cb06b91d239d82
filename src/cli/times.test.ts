import { expect, it } from 'vitest';
import { parseFuture, parsePast, parseSpan } from './times.ts';

const NOW = Date.UTC(2026, 10, 25, 1, 9, 40, 322);
const at = (time: number) => new Date(time).toISOString();

it('times that are counted from now are whole seconds', () => {
  expect(at(parsePast('now', NOW, '--to'))).toBe('2026-11-25T01:09:40.000Z');
  expect(at(parsePast('2h', NOW, '--from'))).toBe('2026-11-24T23:09:40.000Z');
  expect(at(parseFuture('24h', NOW, '--until'))).toBe('2026-11-26T01:09:40.000Z');
  const { start, end } = parseSpan({}, NOW, 'UTC', '7d');
  expect([at(start), at(end)]).toEqual(['2026-11-18T01:09:40.000Z', '2026-11-25T01:09:40.000Z']);
  expect(at(parseSpan({ from: '1d' }, NOW, 'UTC', '7d').end)).toBe('2026-11-25T01:09:40.000Z');
});

it('times that are written out stay as they are', () => {
  expect(at(parsePast('2026-11-24T07:00:00.5Z', NOW, '--from'))).toBe('2026-11-24T07:00:00.500Z');
  expect(() => parseFuture('2026-11-25T01:09:40Z', NOW, '--until')).toThrow('is not in the future');
});
