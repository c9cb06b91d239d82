import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tallyReporter.ts';

/**
 * Two projects: `unit` (beside the code, seconds, no processes) and `integration`
 * (real Prometheus, real files, the CLI as a user runs it).
 */
export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          // Both fail the suite when a process, a port or a file is left behind.
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/leaks.ts'],
        },
      },
    ],
  },
});
