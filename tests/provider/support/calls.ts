/** The provider as an engine sees it, calls with what every call has. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { createProvider } from "../../../provider/provider.ts";
import type { ProviderOptions } from "../../../provider/provider.ts";

/** Fast enough that no test waits, slow enough that nothing spins. */
const QUICK = { retry: 2, poll: 2, verify: 2, verifyFor: 50, probe: 2, metrics: 20, role: 2, roleFor: 200 };

/** `logged` receives every message, a warning with its severity before it. */
export const makeProvider = (
  options: Omit<ProviderOptions, "log" | "pace">,
  logged: string[] = [],
  pace: Partial<typeof QUICK> = {},
): Provider =>
  createProvider({
    ...options,
    pace: { ...QUICK, ...pace },
    log: (_urn, severity, message) => {
      logged.push(severity === "info" ? message : `${severity}: ${message}`);
      return Promise.resolve();
    },
  });

/** What every call on a resource has. */
export const call = (type: string, name = "it") => ({
  urn: `urn:pulumi:test::p::azureml:index:${type}::${name}`,
  type: `azureml:index:${type}`,
  name,
});

/** Fields that most calls leave at their defaults. */
export const PLAIN = {
  timeout: 0,
  preview: false,
  ignoreChanges: [],
  randomSeed: new Uint8Array(32),
  olds: {},
  oldInputs: {},
  inputs: {},
  properties: {},
};

/** A folder that goes with the test file. */
export function tempFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "azureml-provider-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
