import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Test projects. The builds (renderer, dev dock, main, preload, device host) are composed in electron/build.ts.
export default defineConfig({
  test: {
    // Much of what the tests do is wait for processes and databases, so on two cores one worker leaves one idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{drivers,sync,electron,renderer,test}/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**', '**/node_modules/**'],
          environment: 'node',
          // Against hanging only: a database that is begun anew takes many seconds on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          setupFiles: ['test/support/e2e-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
