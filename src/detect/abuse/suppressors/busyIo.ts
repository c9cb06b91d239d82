import { moves, workRatio } from '../signals/cpuWithoutWork.ts';
import { unknown, type Signal } from '../signal.ts';
import { formatBytesPerSecond } from '../../../model/text/units.ts';

/**
 * Much data goes through it: backups, ETL, compaction, builds, transcoding. Input must be among it:
 * writing (or sending) what nothing was read or received for costs an attacker nothing.
 */
export const busyIo: Signal = {
  name: 'busy-io',
  family: 'suppressor',
  unit: 'bytes/core-second',
  measure(facts) {
    const { track, thresholds } = facts;
    const ratio = workRatio(facts);
    if (ratio === null) return unknown('Network metrics are missing');
    const isOneSided = track.outBytes > thresholds.work.oneSided * track.inBytes;
    // What a busier hour moves in passing does not make busy what else comes with a hint of silence.
    const isBusy = moves(ratio, thresholds.work.busyBytesPerCoreSecond, thresholds);
    return {
      value: ratio.bytesPerCoreSecond,
      threshold: thresholds.work.busyBytesPerCoreSecond,
      strength: isBusy && !isOneSided ? 1.5 : 0,
      text:
        isBusy && isOneSided
          ? `Writes or sends ${formatBytesPerSecond(ratio.bytesPerCoreSecond)} per core without reading or receiving`
          : `Moves ${formatBytesPerSecond(ratio.bytesPerCoreSecond)} of data per core`,
    };
  },
};
