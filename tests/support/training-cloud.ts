/** A local Azure in this process with a workspace in it, for jobs that really run. */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { startLocalAzure } from "../../local/daemon/local-azure.ts";
import type { LocalAzure } from "../../local/daemon/local-azure.ts";
import { ensureTls } from "../../local/cloud/ca.ts";
import { ensureIdentity } from "../../local/daemon/identity.ts";
import { localPaths } from "../../local/daemon/paths.ts";
import { freePorts } from "../../local/daemon/ports.ts";
import { type JsonObject, objectAt, textAt } from "../../local/cloud/arm/json.ts";
import { temporaryFolder } from "../local/cloud/support.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const END = ["Completed", "Failed", "Canceled"];
const location = "westeurope";

interface Called {
  readonly status: number;
  readonly body: JsonObject;
}

export interface TrainingCloud {
  readonly azure: LocalAzure;
  readonly folder: string;
  /** A token for ARM. */
  readonly bearer: string;
  /** ARM id of the workspace. */
  readonly W: string;
  /** Path of a call of MLflow's in the workspace. */
  mlflow(method: string, path: string, body?: object): Promise<Called>;
  /** ARM, signed in. */
  call(method: string, path: string, body?: object): Promise<Called>;
  /** Submits and answers with what the job is once it has ended. */
  run(name: string, properties: object): Promise<JsonObject>;
  ended(name: string): Promise<JsonObject>;
  /** Puts a file into the default datastore, and answers with its URL. */
  upload(path: string, content: string): Promise<string>;
  logOf(job: string): Promise<string>;
  close(): Promise<void>;
}

export async function trainingCloud(): Promise<TrainingCloud> {
  const { path: folder } = await temporaryFolder();
  const paths = localPaths(folder);
  const tls = await ensureTls(paths.secrets);
  setDefaultCACertificates([...getCACertificates(), tls.ca]);
  const azure = await startLocalAzure(paths, await freePorts(), quiet);
  const { facts } = azure;
  const group = `/subscriptions/${facts.subscriptionId}/resourceGroups/train`;
  const W = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-train`;
  const { clientSecret } = await ensureIdentity(paths.secrets);
  const token = await fetch(`${facts.urls.cloud}/${facts.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: facts.clientId,
      client_secret: clientSecret,
      scope: `${facts.urls.cloud}/.default`,
    }),
  });
  const { access_token: bearer } = (await token.json()) as { access_token: string };
  const ask = async (method: string, url: string, body?: object): Promise<Called> => {
    const answer = await fetch(facts.urls.cloud + url, {
      method,
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text.startsWith("{") ? (JSON.parse(text) as JsonObject) : { text },
    };
  };
  const call: TrainingCloud["call"] = (method, path, body) =>
    ask(method, `${path}${path.includes("?") ? "&" : "?"}api-version=2025-12-01`, body);
  const put = async (id: string, body: object) => {
    const { status, body: answer } = await call("PUT", id, body);
    if (status >= 300) throw new Error(`${id}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const settled = async (id: string) => {
    for (;;) {
      const { body } = await call("GET", id);
      if ((textAt(body, "properties.provisioningState") ?? "Succeeded") === "Succeeded") return;
      await sleep(50);
    }
  };
  await put(group, { location });
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/sttrain`;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-train`;
  await put(storage, { location, kind: "StorageV2", sku: { name: "Standard_LRS" } });
  await settled(storage);
  await put(vault, {
    location,
    properties: {
      tenantId: facts.tenantId,
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
    },
  });
  await settled(vault);
  await put(W, {
    location,
    identity: { type: "SystemAssigned" },
    properties: { storageAccount: storage, keyVault: vault },
  });
  await settled(W);

  const secret = async (datastore: string) => {
    const { body } = await call("GET", `${W}/datastores/${datastore}`);
    const { body: secrets } = await call("POST", `${W}/datastores/${datastore}/listSecrets`, {
      expirableSecret: true,
      expireAfterHours: 1,
    });
    return {
      container: textAt(body, "properties.containerName") ?? "",
      sas: textAt(secrets, "sasToken") ?? "",
    };
  };
  const ended: TrainingCloud["ended"] = async (name) => {
    for (;;) {
      const { body } = await call("GET", `${W}/jobs/${name}`);
      const properties = objectAt(body, "properties");
      if (END.includes(textAt(properties, "status") ?? "")) return properties;
      await sleep(100);
    }
  };
  return {
    azure,
    folder,
    bearer,
    W,
    call,
    mlflow: (method, path, body) => ask(method, `/mlflow/v1.0${W}/api/2.0/mlflow${path}`, body),
    ended,
    async run(name, properties) {
      await put(`${W}/jobs/${name}`, { properties });
      return ended(name);
    },
    async upload(path, content) {
      const { container, sas } = await secret("workspaceblobstore");
      const url = `${facts.urls.blob}/sttrain/${container}/${path}`;
      const answer = await fetch(`${url}?${sas}`, {
        method: "PUT",
        headers: { "x-ms-blob-type": "BlockBlob", "x-ms-version": "2024-11-04" },
        body: content,
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return url;
    },
    async logOf(job) {
      const { container, sas } = await secret("workspaceartifactstore");
      const path = `ExperimentRun/dcid.${job}/user_logs/std_log.txt`;
      return (await fetch(`${facts.urls.blob}/sttrain/${container}/${path}?${sas}`)).text();
    },
    async close() {
      await azure.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
