import { createHash } from 'node:crypto';
import type { ContainerSpecFacts } from '../../model/podSpec.ts';
import type { ShareFacts } from '../kubernetes/podRecord.ts';

/** Replicas have the same containers: each is held once, by a digest of all that it says. */
export function createSharing(): ShareFacts {
  const held = new Map<string, ContainerSpecFacts>();
  return (facts) => {
    const key = createHash('sha1').update(JSON.stringify(facts)).digest('base64');
    const known = held.get(key);
    if (known !== undefined) return known;
    held.set(key, facts);
    return facts;
  };
}
