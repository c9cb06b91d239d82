import { formatTime } from '../../model/time.ts';
import type { Silence } from '../../store/silences/silence.ts';

/** A silence as the command line and the API print it: times in RFC 3339. */
export function silenceJson(silence: Silence): Readonly<Record<string, unknown>> {
  const { id, matchers, startsAt, endsAt, createdAt, author, reason } = silence;
  return {
    id,
    matchers,
    startsAt: formatTime(startsAt),
    endsAt: formatTime(endsAt),
    createdAt: formatTime(createdAt),
    author,
    reason,
  };
}
