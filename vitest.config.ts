import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { TallyReporter } from './test/support/tallyReporter.ts';
import { WAIT_MS } from './test/support/waiting.ts';

const BESIDE_THE_CODE = ['src', 'demo', 'bench'];
const SLOW = '**/*.slow.test.ts';
/** `contributing.test.ts` runs them, in a copy of the tree. */
const EXAMPLES = 'test/docs/examples/**';

// It outlives the suite on purpose, where it always is.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

/** Without times of an earlier run the largest files come first. Small ones in here run the tests of others, for longest. */
const LONG = '/test/postgres/';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (moduleId.includes(LONG) ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * Three projects:
 *
 * - `unit`: beside the code, no processes. The files of a worker share their modules, which halves the time.
 * - `integration`: real Prometheus, real files, the CLI as a user runs it.
 * - `slow`: simulations of days (`*.slow.test.ts`), and properties (`*.property.test.ts`) with ten times the runs.
 *
 * The time limits only end what hangs: they are many times what a busy machine needs, and no test waits for one.
 */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    teardownTimeout: 60_000,
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    // Node runs the TypeScript as it is, and compiles it once for all files; Node 22 has no `using`, which tests have.
    experimental: { viteModuleRunner: process.versions.node.startsWith('22.'), nodeLoader: false },
    projects: [
      {
        test: {
          name: 'unit',
          include: BESIDE_THE_CODE.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [SLOW],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [SLOW, EXAMPLES],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: WAIT_MS } },
          // Many wait for a server or for time to pass.
          maxWorkers: Math.ceil(1.5 * availableParallelism()),
          sequence: { groupOrder: 1 },
          // Both fail the suite when a process, a port or a file is left behind.
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/leaks.ts'],
        },
      },
      {
        test: {
          name: 'slow',
          include: [...BESIDE_THE_CODE, 'test'].flatMap((folder) =>
            ['slow', 'property'].map((kind) => `${folder}/**/*.${kind}.test.ts`),
          ),
          env: { FC_RUNS_FACTOR: '10' },
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/leaks.ts'],
        },
      },
    ],
  },
});
