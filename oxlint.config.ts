import { defineConfig, type OxlintOverride } from 'oxlint';
import { ROOMS } from './scripts/rooms.ts';

const TESTS = ['**/*.test.ts'];

const FAST_CHECK = {
  name: 'fast-check',
  message: 'Import it from test/support/properties.ts, where its seed is fixed.',
};

/** What no room may import: the tests, the benches, and the scripts. */
const OUTSIDE = ['test', 'bench', 'scripts'];

/** One override a room: it imports nothing that stands after it in `ROOMS`, types included. */
const order = ROOMS.map(({ folder }, index): OxlintOverride => {
  const above = ROOMS.slice(index + 1).map((room) => room.name);
  // `burnwatch demo` is the only way into the demo, and it loads it when it runs.
  const closed = folder === 'src/cli' ? ['demo', ...OUTSIDE] : [...above, ...OUTSIDE];
  return {
    files: [`${folder}/**`],
    excludeFiles: TESTS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [FAST_CHECK],
          patterns: [
            {
              regex: `^(\\.\\./)+(src/)?(${closed.join('|')})/`,
              message: 'A room imports only from rooms before it: see docs/architecture.md.',
            },
          ],
        },
      ],
    },
  };
});

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
  categories: {
    correctness: 'error',
    suspicious: 'error',
  },
  rules: {
    'typescript/no-explicit-any': 'error',
    'no-restricted-imports': ['error', { paths: [FAST_CHECK] }],
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': [
      'error',
      {
        ignoreTypes: false,
      },
    ],
    'no-console': 'error',
    eqeqeq: 'error',
    'prefer-const': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'no-await-in-loop': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'no-shadow': 'off',
    'typescript/unbound-method': 'off',
    'import/no-named-as-default-member': 'off',
    'import/no-named-as-default': 'off',
  },
  overrides: [
    ...order,
    {
      files: ['test/support/fastCheck.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      files: ['src/cli/commands/demo.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
  ],
  ignorePatterns: ['node_modules', 'dist', '.tools', '.demo', 'test/docs/examples'],
});
