import { describe, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdtemp, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, shellExports } from "../../../local/cli/environment.ts";
import { backendState, readDeployment, readOutputs } from "../../../local/cli/outputs.ts";
import type { Running } from "../../../local/daemon/control.ts";
import type { LocalPaths } from "../../../local/daemon/paths.ts";
import { localPaths } from "../../../local/daemon/paths.ts";
import { DEFAULT_PORTS } from "../../../local/daemon/ports.ts";
import { SECRET, SIGNATURE } from "../../../protocol/values.ts";

/** DESIGN: what `npm run -s local env -- --json` has at least. */
const PROMISED = [
  ...["ARM_METADATA_HOSTNAME", "ARM_CLOUD_METADATA_URL", "ARM_ENDPOINT", "AZURE_AUTHORITY_HOST"],
  ...["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID"],
  ...["RESOURCE_GROUP", "WORKSPACE", "CA_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"],
  ...["PULUMI_DEBUG_PROVIDERS", "PULUMI_BACKEND_URL", "STUDIO_URL"],
];

const running: Running = {
  pid: process.pid,
  startedAt: "2026-01-01T00:00:00Z",
  ports: DEFAULT_PORTS,
  urls: {
    cloud: "https://localhost:28443",
    frontDoor: "https://localhost:28444",
    blob: "https://localhost:28445",
    studio: "http://127.0.0.1:28446",
  },
  tenantId: "tenant",
  subscriptionId: "subscription",
  clientId: "client",
  caFile: "/somewhere/ca.pem",
  caBundleFile: "/somewhere/bundle.pem",
};

async function withPaths(use: (paths: LocalPaths) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "local-"));
  try {
    const paths = localPaths(dir);
    await mkdir(paths.secrets, { recursive: true });
    await writeFile(join(paths.secrets, "client-secret"), "s'e$c\"ret");
    await use(paths);
  } finally {
    await rm(dir, { recursive: true });
  }
}

const secretOf = (value: unknown) => ({ [SIGNATURE]: SECRET, plaintext: JSON.stringify(value) });
const stackOutputs = (name: string, authMode: unknown = "Key") => ({
  resourceGroup: "rg",
  workspace: { name, id: "/id" },
  storageAccount: "st",
  onlineEndpoints: {
    a: { name: "a-1", id: "/a", scoringUri: "https://a", authMode, traffic: { blue: 100 } },
  },
  batchEndpoints: {},
});
const resources = (outputs: unknown) => ({ resources: [{ type: "pulumi:pulumi:Stack", outputs }] });

describe("what other tools need", () => {
  test("every promised variable is there, and a shell reads each back as it is", () =>
    withPaths(async (paths) => {
      const variables = await environment(paths, running, undefined);
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(PROMISED));
      const print = Object.keys(variables).map((name) => `printf '%s\\0' "$${name}"`);
      const text = execFileSync("sh", ["-c", [shellExports(variables), ...print].join("\n")], {
        encoding: "utf8",
      });
      expect(text.split("\0").slice(0, -1)).toEqual(Object.values(variables));
    }));
});

describe("the stage's outputs", () => {
  test("are not there before the first up, nor while they are incomplete", () =>
    withPaths(async (paths) => {
      expect(await readOutputs(paths)).toBeUndefined();
      await mkdir(join(paths.dir, "state"));
      await writeFile(paths.state, JSON.stringify({ deployment: resources({ resourceGroup: "rg" }) }));
      expect(await readOutputs(paths)).toBeUndefined();
    }));

  test("come from the newest state, whichever engine wrote it, with secrets revealed", () =>
    withPaths(async (paths) => {
      await mkdir(join(paths.dir, "state"));
      await mkdir(join(paths.backend, ".pulumi", "stacks", "azure-ml"), { recursive: true });
      await writeFile(
        paths.state,
        JSON.stringify({ deployment: resources(stackOutputs("ours", secretOf("AADToken"))) }),
      );
      await writeFile(
        backendState(paths),
        JSON.stringify({ checkpoint: { latest: resources(stackOutputs("theirs")) } }),
      );
      await utimes(paths.state, 2_000, 2_000);
      await utimes(backendState(paths), 1_000, 1_000);
      expect((await readOutputs(paths))?.workspace.name).toBe("ours");
      expect((await readOutputs(paths))?.onlineEndpoints["a"]?.authMode).toBe("AADToken");
      await utimes(backendState(paths), 3_000, 3_000);
      expect((await readOutputs(paths))?.workspace.name).toBe("theirs");
      expect((await readDeployment(paths))?.resources).toHaveLength(1);
    }));
});
