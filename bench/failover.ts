// `node bench/failover.ts`: how long a standby takes to lead, for each way in which a leader fails (docs/postgresql.md).
import { runFailovers } from '../test/support/failover.ts';

const { rows } = await runFailovers();
for (const { failure, seconds, sealedAfterSeconds, oldEndedWith } of rows)
  process.stdout.write(
    `| ${failure} | ${seconds.toFixed(1)} s | ${sealedAfterSeconds.toFixed(1)} s | ${oldEndedWith ?? ''} |\n`,
  );
