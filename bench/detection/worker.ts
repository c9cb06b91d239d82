import { parentPort, workerData } from 'node:worker_threads';
import { worldOf, type Job } from './jobs.ts';
import { play, type Outcome } from './play.ts';
import { todaysRules } from './rules/index.ts';
import { evaluationSettings } from './settings.ts';

/** What a worker says of one job. */
export interface Played {
  readonly job: Job;
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
}

/* Plays the jobs that its parent hands it, one after the other. */
if (workerData === 'evaluation' && parentPort !== null) {
  const port = parentPort;
  port.on('message', (job: Job) => {
    const begun = performance.now();
    const rules = job.withRules ? todaysRules() : [];
    const settings = evaluationSettings();
    const outcomes = play(worldOf(job), settings, rules, job.lacks);
    const seconds = (performance.now() - begun) / 1000;
    port.postMessage({ job, outcomes, seconds } satisfies Played);
  });
}
