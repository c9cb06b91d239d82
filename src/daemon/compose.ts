import { join } from 'node:path';
import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { loadPriceLists } from '../cost/lists/loadPriceLists.ts';
import type { Settings } from '../cycle/settings.ts';
import { DETECTORS } from '../detect/detectors.ts';
import type { DetectorCodecs } from '../store/history.ts';
import type { TimeMs } from '../model/time.ts';
import { UNIT_COSTS } from '../cost/unitCosts/unitDays.ts';
import { PLANNED } from '../detect/planned/plannedEvents.ts';
import { KEPT_CLUSTER } from '../detect/keptCluster.ts';
import { ACCESS_TRACES } from '../detect/posture/access/traceAccess.ts';
import { CALL_MEMORY } from '../detect/signals/callMemory.ts';
import { SIGNAL_MEMORY } from '../detect/signals/signalMemory.ts';
import { TIMELINE } from '../detect/timeline/timelineState.ts';
import { folderBeside } from '../store/historyLocation.ts';

/** What a cycle needs of a configuration; plain data, so that it can go to a worker thread. */
export type CycleConfig = Pick<LoadedConfig, 'config' | 'thresholds' | 'configHash'>;

/** A cycle's settings with the whole configuration. */
export interface DaemonSettings extends Settings {
  readonly config: Config;
}

export interface Composed {
  readonly settings: DaemonSettings;
  /** What is not as it should be although work can go on, one sentence each. */
  readonly problems: readonly string[];
}

/** Makes the settings of a cycle: thresholds, detectors, price lists, owners. */
export async function composeSettings(
  { config, thresholds, configHash }: CycleConfig,
  now: TimeMs,
  signal: AbortSignal,
): Promise<Composed> {
  const cacheDir = join(folderBeside(config.history.path), 'price-lists');
  const { lists, problems } = await loadPriceLists(config.pricing, { cacheDir, now, signal });
  const settings: DaemonSettings = {
    config,
    thresholds,
    configHash,
    detectors: DETECTORS,
    priceLists: lists,
  };
  return { settings, problems };
}

/** How the detectors' state, and what is kept beside it, is stored. */
export function detectorCodecs(settings: Pick<Settings, 'detectors'>): DetectorCodecs {
  return new Map(
    [
      ...settings.detectors,
      TIMELINE,
      PLANNED,
      SIGNAL_MEMORY,
      CALL_MEMORY,
      ACCESS_TRACES,
      KEPT_CLUSTER,
      UNIT_COSTS,
    ].map(({ name, version, codec }) => [name, { version, codec }] as const),
  );
}
