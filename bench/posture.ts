/**
 * How long the review of a cluster's file takes: reading, checks and ways to cluster-admin. Run:
 * `node bench/posture.ts [OBJECTS]` (3,000 by default).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSpecFile } from '../src/collect/specs/fileSource.ts';
import { evaluatePosture } from '../src/detect/posture/evaluate.ts';
import { postureOfInventory } from '../src/detect/posture/readInput.ts';
import { plantedCluster } from '../test/support/posture/plantedCluster.ts';

const count = Number(process.argv[2] ?? 3_000);
const folder = mkdtempSync(join(tmpdir(), 'burnwatch-bench-'));
try {
  const file = join(folder, 'cluster.json');
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: plantedCluster(count) }),
  );
  const start = performance.now();
  const inventory = await readSpecFile(file, 0);
  const read = performance.now();
  const postures = evaluatePosture(postureOfInventory(inventory, null), {
    severities: {},
    minKnown: 0.67,
  });
  const end = performance.now();
  const failed = postures.reduce((sum, posture) => sum + posture.failed, 0);
  process.stdout.write(
    `${count} objects, ${postures.length} places, ${failed} failures: read in ${Math.round(read - start)} ms, judged in ${Math.round(end - read)} ms\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
