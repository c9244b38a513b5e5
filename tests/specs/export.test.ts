/** Specs to bodies and back again, over the corpus: what YAML says, its export says too. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { exportSpec } from "../../specs/export/export.ts";
import type { Live } from "../../specs/export/export.ts";
import { toArm } from "../../specs/kinds.ts";
import { parseSpec } from "../../specs/parse.ts";
import { resourceIds } from "../../specs/resource-ids.ts";
import type { AnyDocument } from "../../specs/types.ts";
import { kindTable } from "../../stacks/kind-table.ts";

const scope = { subscription: "00000000-0000-0000-0000-000000000000", resourceGroup: "rg", workspace: "ws" };
const corpus = join(import.meta.dirname, "corpus");
const files = readdirSync(corpus, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.ya?ml$/.test(file))
  .sort();

const read = (file: string): AnyDocument | undefined =>
  parseSpec(join(corpus, file), readFileSync(join(corpus, file), "utf8"), {
    name: basename(file).replace(/\.[^.]+$/, ""),
    endpoint_name: "endpoint",
    compute: "compute",
  }).document;

function outcome(document: AnyDocument): string {
  const { resourceType, body } = toArm(document, resourceIds(scope), { location: "eastus" });
  const type = resourceType.replace(/^[^/]+\//, "");
  const version = type.endsWith("/versions") ? (document.version ?? "1") : undefined;
  const endpoint = (document.spec as { endpoint_name?: string }).endpoint_name;
  const id = `/subscriptions/s/${endpoint === undefined ? type : `${type.split("/")[1]!}/${endpoint}/deployments`}/${document.name}`;
  const live = {
    id,
    type,
    name: document.name,
    ...(version !== undefined && { version }),
    body: body as unknown as Live["body"],
  };
  const exported = exportSpec(live, scope);
  return "why" in exported ? `no YAML: ${exported.why}` : exported.lost.join(", ");
}

const made = files
  .map((file) => ({ file, document: read(file) }))
  .filter(({ document }) => {
    const fate = document && kindTable[document.kind];
    // A job that ran is history: what is exported of a workspace is what would be made again.
    return fate && !("refused" in fate) && !("resource" in fate && fate.resource === "job");
  }) as {
  file: string;
  document: AnyDocument;
}[];

/** What has no way back, and why. */
const REVIEWED: readonly (readonly [file: RegExp, why: string])[] = [
  [/^(amlCompute|vmCompute|azureBlob|azureFile|azureDataLakeGen\d|oneLake)\//, "secrets are never shown"],
  [/^connection\//, "secrets are never shown; connections of AI services are not exported"],
  [/^featureS(et|toreEntity)\//, "feature stores are not exported"],
  [/^computeInstance\/full/, "scripts, applications and start times of a machine are not exported"],
  [/^data\/table/, "the paths of an MLTable are in its own file"],
  [/^kubernetesCompute\/full/, "properties that only the cluster knows"],
  [/^parallelComponent\/full/, "partition_keys is text in ARM and a list in YAML"],
  [/^batchDeployment\/(summary|scalars)/, "the older shape without settings"],
  [/^pipelineBatchDeployment\/job/, "a deployment of a job that ran, which has no component yet"],
  [/^pipelineBatchDeployment\/file/, "tags of the pipeline that it was made from"],
  [/^pipelineComponent\/full/, "a node by its file is a registered one afterwards"],
  [/^(automl|import)Component\//, "components of these kinds are not exported"],
  [/^parallelComponent\/kilobytes/, "the address of its schema is another one"],
  [/^schedule\/import/, "imports of data are not exported"],
];

describe("the export of what a spec becomes", () => {
  test("says the same again", () => {
    const outcomes = Object.fromEntries<string>(
      made
        .filter(({ file }) => !REVIEWED.some(([pattern]) => pattern.test(file)))
        .map(({ file, document }) => [file, outcome(document)] as const)
        .filter(([, lost]) => lost !== ""),
    );
    expect(made.length).toBeGreaterThan(80);
    expect(outcomes).toEqual({});
  });
});
