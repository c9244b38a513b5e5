/** Artifacts as the run history tells them: URLs that need no token. `azureml-mlflow` brings and takes artifacts by these. */
import type { BlobRef } from "../../contracts.ts";
import { ArmError } from "../arm/errors.ts";
import { at, type JsonObject, textAt } from "../arm/json.ts";
import type { Cloud } from "../arm/table.ts";
import { artifactBlob } from "./artifacts.ts";

const SECONDS = 24 * 3600;
const ORIGIN = "ExperimentRun";

/** Every file below a folder, with its path in it. */
async function filesIn(cloud: Cloud, folder: BlobRef, within = ""): Promise<string[]> {
  const found = await cloud.blobs.list(folder);
  const paths = await Promise.all(
    found.map(async ({ name, size }) => {
      const path = within === "" ? name : `${within}/${name}`;
      if (size !== undefined) return [path];
      return filesIn(cloud, { ...folder, path: `${folder.path}/${name}` }, path);
    }),
  );
  return paths.flat();
}

async function contentOf(cloud: Cloud, workspaceId: string, run: string, path: string): Promise<JsonObject> {
  const { account, container, path: blob } = artifactBlob(cloud, workspaceId, `${run}/${path}`);
  const sas = await cloud.blobs.sas(account, container, SECONDS);
  const contentUri = `${cloud.blobs.url(account, container, blob)}?${sas}`;
  return { contentUri, origin: ORIGIN, container: `dcid.${run}`, path, tags: {} };
}

const artifact = (run: string, path: string): JsonObject => ({
  artifactId: `${ORIGIN}/dcid.${run}/${path}`,
  origin: ORIGIN,
  container: `dcid.${run}`,
  path,
});

/** What lies in a run. */
export async function listOf(cloud: Cloud, workspaceId: string, run: string): Promise<JsonObject> {
  const paths = await filesIn(cloud, artifactBlob(cloud, workspaceId, run));
  return { value: paths.map((path) => artifact(run, path)), continuationToken: null, nextLink: null };
}

/** Where an artifact is read. */
export async function contentInfo(cloud: Cloud, workspaceId: string, run: string, path: string) {
  if (!(await cloud.blobs.exists(artifactBlob(cloud, workspaceId, `${run}/${path}`))))
    throw new ArmError(404, "ArtifactNotFound", `The run '${run}' has no artifact '${path}'.`);
  return contentOf(cloud, workspaceId, run, path);
}

/** Where artifacts that are to come are written. */
export async function places(cloud: Cloud, workspaceId: string, run: string, body: unknown) {
  const sent = at({ body: body as JsonObject }, "body.paths");
  const paths = (Array.isArray(sent) ? sent : []).map((one) => textAt(one, "path") ?? "");
  const contents = await Promise.all(
    paths.map(async (path) => [path, await contentOf(cloud, workspaceId, run, path)] as const),
  );
  return {
    artifacts: Object.fromEntries(paths.map((path) => [path, artifact(run, path)])),
    artifactContentInformation: Object.fromEntries(contents),
    errors: {},
  };
}
