import { configSchema } from '../../src/daemon/config/schema.ts';
import { loadThresholds } from '../../src/daemon/config/loadThresholds.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { createAbuseDetector } from '../../src/detect/abuse/abuseDetector.ts';

/** The shipped thresholds and the abuse detector alone; `without` names signals and caps to leave out, with commas between (ablation). */
export function evaluationSettings(without: string | null = null): Settings {
  return {
    config: configSchema.parse({ cluster: 'evaluation' }),
    thresholds: loadThresholds([]),
    detectors: [createAbuseDetector({ without: without?.split(',') ?? [] })],
    priceLists: [],
    configHash: 'evaluation',
  };
}
