import { readAlertmanager } from './alertmanager.ts';
import { readAudit } from './audit.ts';
import { readOcsf } from './cloud.ts';
import { readFalco } from './falco.ts';
import type { SignalReader } from './reading.ts';

/** A way in for other tools: `/ingest/NAME`. */
export interface SignalRoute {
  readonly read: SignalReader;
  /** The key of the configuration that switches it. */
  readonly key: 'falco' | 'audit' | 'generic';
  readonly maxBytes: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Every way in, by the last part of its path. */
export const SIGNAL_ROUTES: Readonly<Record<string, SignalRoute>> = {
  falco: { read: readFalco, key: 'falco', maxBytes: MIB },
  alertmanager: { read: readAlertmanager, key: 'generic', maxBytes: MIB },
  audit: { read: readAudit, key: 'audit', maxBytes: 4 * MIB },
  ocsf: { read: readOcsf, key: 'generic', maxBytes: MIB },
};
