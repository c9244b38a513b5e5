/** Jest under ESM: TypeScript is stripped by swc, as Node strips it when the program runs. */
export default {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2024", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
  modulePathIgnorePatterns: ["<rootDir>/.local/"],
  // By default Jest leaves one core to the terminal: on two that is one test at a time.
  maxWorkers: "100%",
  testTimeout: 120_000,
};
