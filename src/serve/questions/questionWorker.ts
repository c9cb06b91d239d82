import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { historyAnswers } from './historyAnswers.ts';
import { PresentCluster } from './presentCluster.ts';
import type { FromQuestions, QuestionConfig, ToQuestions } from './questionProtocol.ts';

/** The question thread: its own connection to the history, and its own look at the cluster. */
async function main(first: QuestionConfig): Promise<void> {
  let current = first;
  const reader = await openHistoryReader(first.config.history.path);
  const present = new PresentCluster({
    config: () => current.config,
    now: Date.now,
    warn: (problem) => post({ type: 'warning', problem }),
  });
  const answers = historyAnswers({
    reader,
    config: () => current.config,
    thresholds: () => current.thresholds,
    present: () => present.objects(),
    presentPosture: (use) => present.posture(use),
  });
  const answer = async ({ id, name, ask }: ToQuestions & { type: 'ask' }): Promise<void> => {
    try {
      post({ type: 'answer', id, answer: await answers[name](ask as never) });
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      post({ type: 'failure', id, message });
    }
  };
  parentPort?.on('message', (message: ToQuestions) => {
    if (message.type === 'ask') void answer(message);
    else {
      current = message.config;
      present.reset();
    }
  });
}

function post(message: FromQuestions): void {
  parentPort?.postMessage(message);
}

if (!isMainThread) await main(workerData as QuestionConfig);
