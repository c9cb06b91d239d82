import type { Collector } from '../../../src/collect/collector.ts';
import { detectorCodecs } from '../../../src/daemon/compose.ts';
import type { Settings } from '../../../src/cycle/settings.ts';
import { loadThresholds } from '../../../src/daemon/config/loadThresholds.ts';
import { guardedCatchUp } from '../../../src/daemon/guardedCatchUp.ts';
import { StepGuard } from '../../../src/daemon/stepGuard.ts';
import { DETECTORS } from '../../../src/detect/detectors.ts';
import { openHistoryWriter } from '../../../src/engines/openHistory.ts';
import { WorkingState } from '../../../src/store/cycleState.ts';
import { shopCollector } from '../../support/shopCluster.ts';
import { shopConfig } from '../../support/shopHistory.ts';

/**
 * A cycle of which two windows end the process as the kernel does where memory is short: one in a detector, one while it
 * is collected. `poisonedChild.ts HISTORY FROM UNTIL DETECTOR_WINDOW COLLECT_WINDOW`.
 */
const [path = '', ...times] = process.argv.slice(2);
const [from = 0, until = 0, inDetector = 0, inCollect = 0] = times.map(Number);
const config = shopConfig(path);
const die = () => process.kill(process.pid, 'SIGKILL');
const settings = {
  config,
  thresholds: loadThresholds([]),
  priceLists: [],
  configHash: 'shop',
  detectors: (DETECTORS as Settings['detectors']).map<Settings['detectors'][number]>(
    (detector) => ({
      ...detector,
      detect: (context, state) => {
        if (detector.name === 'cost-spike' && context.snapshot.window.start === inDetector) die();
        return detector.detect(context, state);
      },
    }),
  ),
};
const shop = shopCollector({ from, attackAt: until, gap: null });
const collector: Collector = {
  ...shop,
  collect: (windows, ...rest) => {
    if (windows.some(({ start }) => start === inCollect)) die();
    return shop.collect(windows, ...rest);
  },
};
const guard = StepGuard.open(
  `${path}.step`,
  (problem) => void process.stderr.write(`${problem}\n`),
);
const history = await openHistoryWriter({
  path,
  cluster: config.cluster,
  currency: config.pricing.currency,
  windowMs: config.schedule.window,
  command: 'run',
  clock: () => until,
});
const state = new WorkingState(await history.loadState(detectorCodecs(settings)));
const signal = new AbortController().signal;
await guardedCatchUp(guard, { collector, history }, state, settings, {
  from,
  until,
  muted: false,
  signal,
});
await history.close();
