/** Node strips the types itself, so nothing is transformed. Tests lie at the path of what they test. */
export default {
  rootDir: '.',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {},
  testEnvironment: 'node',
  testTimeout: 300_000,
  maxWorkers: '100%',
};
