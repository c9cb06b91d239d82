import { createHash } from 'node:crypto';
import { SECOND_MS } from '../model/time.ts';
import { readCertificate } from '../serve/listen.ts';
import type { LoadedConfig } from './config/load.ts';

const LOOK_MS = 10 * SECOND_MS;

/**
 * Reloads within ten seconds of a change: of the configuration, its thresholds, its secrets' files or the certificate.
 * What they say is compared, not times of modification, since ConfigMaps and Secrets are replaced by swapping a link.
 * A file that is invalid is tried once, until it changes again.
 *
 * @returns what ends it.
 */
export function watchConfig(read: () => readonly LoadedConfig[], reload: () => void): () => void {
  let last = fingerprint(read);
  const timer = setInterval(() => {
    const now = fingerprint(read);
    if (now === last) return;
    last = now;
    reload();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** A digest, so that no secret is kept. */
function fingerprint(read: () => readonly LoadedConfig[]): string {
  const hash = createHash('sha256');
  try {
    for (const { config, thresholds } of read())
      hash.update(JSON.stringify([config, thresholds, readCertificate(config.serve)]));
  } catch (error) {
    hash.update(String(error));
  }
  return hash.digest('hex');
}
