import { emptyState, type CycleState } from '../store/cycleState.ts';
import {
  HistoryError,
  type DetectorCodecs,
  type HistoryReader,
  type HistoryWriter,
} from '../store/history.ts';
import { openHistoryReader } from '../engines/openHistory.ts';

/** A history that can be read and is never written: what `--dry-run` works with, beside a daemon if need be. */
export async function openDryRunHistory(path: string): Promise<HistoryWriter> {
  const reader = await openIfThere(path);
  const refuse = (): Promise<never> => Promise.reject(new Error('a dry run writes nothing'));
  return {
    watermark: async () => (await reader?.status())?.watermark ?? null,
    loadState: (codecs: DetectorCodecs): Promise<CycleState> =>
      reader === null ? Promise.resolve(emptyState()) : reader.loadState(codecs),
    pendingActions: () => Promise.resolve([]),
    pendingSignals: () => Promise.resolve([]),
    recordSignals: refuse,
    incompleteWindows: () => Promise.resolve([]),
    recordWindows: refuse,
    recordFindings: refuse,
    leaveForFleet: refuse,
    correctWindows: refuse,
    replayVerdicts: refuse,
    backup: refuse,
    prune: refuse,
    close: async () => reader?.close(),
  };
}

async function openIfThere(path: string): Promise<HistoryReader | null> {
  try {
    return await openHistoryReader(path);
  } catch (error) {
    if (error instanceof HistoryError && error.code === 'missing') return null;
    throw error;
  }
}
