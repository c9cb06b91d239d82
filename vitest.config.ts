import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tallyReporter.ts';
import { WAIT_MS } from './test/support/waiting.ts';

/**
 * Two projects: `unit` (beside the code, seconds, no processes) and `integration`
 * (real Prometheus, real files, the CLI as a user runs it).
 *
 * Time limits only end what hangs: they are many times what a busy machine needs, and no test waits for one.
 */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'demo/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: WAIT_MS } },
          fileParallelism: false,
          // Both fail the suite when a process, a port or a file is left behind.
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/leaks.ts'],
        },
      },
    ],
  },
});
