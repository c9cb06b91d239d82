import { Worker } from 'node:worker_threads';
import type { Job } from './jobs.ts';
import type { Played } from './worker.ts';

/** Plays all jobs on so many threads; the answers are in the order of the jobs, whoever was first. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number,
  onPlayed: (played: Played, done: number) => void = () => {},
): Promise<readonly Played[]> {
  const answers: Played[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: 'evaluation',
    });
    try {
      while (next < jobs.length) {
        const index = next++;
        const played = await ask(worker, jobs[index] as Job);
        answers[index] = played;
        onPlayed(played, ++done);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return answers;
}

function ask(worker: Worker, job: Job): Promise<Played> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (played: Played) => {
      worker.off('error', reject);
      resolve(played);
    });
    worker.postMessage(job);
  });
}
