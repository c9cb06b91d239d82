import { fromNano } from '../../model/money.ts';
import { formatTime } from '../../model/time.ts';
import type { Digest } from '../../store/digests/digest.ts';

/** Fields that hold moments. */
const TIMES: ReadonlySet<string> = new Set(['start', 'end', 'generatedAt', 'dueAt', 'begins']);

/**
 * A digest for programs: as the noun, but money in units of `currency` (`nano` → `cost`, `…Nano` →
 * `…Cost`) and times in RFC 3339.
 */
export function digestJson(digest: Digest): unknown {
  return convert(digest, '');
}

function convert(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, key));
  if (typeof value === 'number') {
    if (/nano$/i.test(key)) return fromNano(value);
    return TIMES.has(key) || key === 'days' ? formatTime(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [nameOf(name), convert(inner, name)]),
  );
}

function nameOf(key: string): string {
  if (key === 'nano') return 'cost';
  return key.endsWith('Nano') ? `${key.slice(0, -'Nano'.length)}Cost` : key;
}
