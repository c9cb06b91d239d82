import { configSchema } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { abuseDetector } from '../../src/detect/abuse/abuseDetector.ts';

/** The shipped thresholds and the abuse detector alone, or one that watches it. */
export function evaluationSettings(
  detector: Settings['detectors'][number] = abuseDetector,
): Settings {
  return {
    config: configSchema.parse({ cluster: 'evaluation' }),
    thresholds: loadThresholds([]),
    detectors: [detector],
    priceLists: [],
    configHash: 'evaluation',
  };
}
