import { parentPort, workerData } from 'node:worker_threads';
import { PresentCluster } from '../../cycle/presentCluster.ts';
import { knownSources } from '../../model/snapshot.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { prometheusLiveSource } from '../series/liveSource.ts';
import { QuestionRefused } from './answerContext.ts';
import type { QuestionConfig, QuestionTask, QuestionResult } from './questionPool.ts';
import { historyAnswers, type Questions } from './questions.ts';

let answers: Promise<Questions> | null = null;

/** Answers a question in a thread of the pool, with a connection of its own to the history. */
export default async function answer({ name, ask }: QuestionTask): Promise<QuestionResult> {
  answers ??= open(workerData as QuestionConfig);
  try {
    return { answer: await (await answers)[name](ask as never) };
  } catch (error) {
    // Errors lose their class on the way between threads.
    if (error instanceof QuestionRefused) return { refused: error.message };
    throw error;
  }
}

async function open({ config, thresholds }: QuestionConfig): Promise<Questions> {
  try {
    const reader = await openHistoryReader(config.history.path);
    const known = async () => knownSources(await reader.status());
    const cluster = new PresentCluster({ config, now: Date.now, known, warn });
    return historyAnswers({
      reader,
      config: () => config,
      thresholds: () => thresholds,
      present: () => cluster.objects(),
      presentPosture: (use) => cluster.posture(use),
      live: prometheusLiveSource(() => config, known, warn),
    });
  } catch (error) {
    // The next question tries again.
    answers = null;
    throw error;
  }
}

function warn(problem: string): void {
  parentPort?.postMessage({ problem });
}
