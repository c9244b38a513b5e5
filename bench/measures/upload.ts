/** What an upload takes, first and unchanged, against azure-ai-ml and against reading and hashing the files. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import { ensureTls } from "@azure-ml-as-code/local/cloud/ca.ts";
import { hashContent } from "@azure-ml-as-code/provider/content.ts";
import { TestAzure } from "../../tests/provider/support/azure.ts";
import { KEY, startAzurite } from "../../tests/provider/support/azurite.ts";
import { call, makeProvider, PLAIN } from "../../tests/provider/support/calls.ts";
import { pythonWith } from "../../tests/support/python.ts";
import { atLeast, atMost, paired, ratio, seconds } from "../figures.ts";
import type { Bench, Figure, Measure } from "../figures.ts";
import { output } from "../processes.ts";

const SCRIPT = join(import.meta.dirname, "azure_ai_ml_upload.py");
const MIB = 1024 * 1024;

interface Content {
  readonly name: string;
  readonly files: number;
  /** Bytes of each. */
  readonly size: number;
  readonly pairs: number;
}
const contents = ({ quick, pairs }: Bench): Content[] =>
  quick
    ? [{ name: "small-files", files: 500, size: 2_048, pairs }]
    : [
        { name: "small-files", files: 2_000, size: 2_048, pairs },
        { name: "gigabyte", files: 4, size: 256 * MIB, pairs: 2 }, // what is sent is kept in memory
      ];

async function written({ name, files, size }: Content, folder: string): Promise<string> {
  const home = join(folder, name);
  for (let i = 0; i < files; i++) {
    const inner = join(home, `part-${String(i % 20)}`);
    await mkdir(inner, { recursive: true });
    await writeFile(join(inner, `file-${String(i)}.bin`), randomBytes(size));
  }
  return home;
}

/** Reading and hashing, by the shortest program that does it. */
async function readAndHash(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      createHash("sha256")
        .update(await readFile(join(entry.parentPath, entry.name)))
        .digest();
}

interface Engine {
  /** As an engine runs a resource that is not there yet. */
  readonly first: (properties: Inputs) => Promise<unknown>;
  /** As an engine runs one whose inputs are those of the state. */
  readonly unchanged: (properties: Inputs) => Promise<unknown>;
}
type Inputs = Parameters<Provider["create"]>[0]["properties"];

function engine(provider: Provider): Engine {
  const resource = { ...call("Upload"), ...PLAIN };
  return {
    async first(properties) {
      await provider.check({ ...resource, news: properties });
      await provider.create({ ...resource, properties });
    },
    async unchanged(properties) {
      await provider.check({ ...resource, news: properties, olds: properties });
      const same = await provider.diff({ ...resource, id: "it", news: properties, oldInputs: properties });
      if (same.changes) throw new Error("the unchanged upload is to be changed");
    },
  };
}

export const upload: Measure = {
  about: "uploads, first and unchanged, against azure-ai-ml and against reading and hashing",
  async run(bench) {
    const sdk = await pythonWith("azure-ai-ml==1.35.2");
    if ("missing" in sdk) throw new Error(sdk.missing);
    const tls = await ensureTls(join(bench.folder, "upload-tls"));
    const azure = await new TestAzure(tls).start();
    const blobs = await startAzurite(tls);
    const figures: Figure[] = [];
    try {
      const run = engine(makeProvider({ env: azure.env, root: bench.folder }));
      for (const content of contents(bench)) {
        const folder = await written(content, bench.folder);
        const inputs = (container: string): Inputs => ({
          ...{ source: folder, hash: hashContent(folder) },
          ...{ blobEndpoint: blobs.blobEndpoint, container },
        });
        let containers = 0;
        const inContainer = async (work: (container: string) => Promise<number>) => {
          const container = `${content.name}-${String(containers++)}`;
          await blobs.service.createContainer(container);
          const time = await work(container);
          await blobs.service.deleteContainer(container);
          return time;
        };
        const first = await paired(
          content.pairs,
          () => inContainer((container) => seconds(() => run.first(inputs(container)))),
          () =>
            inContainer(async (container) => {
              const args = [SCRIPT, blobs.blobEndpoint, tls.caFile, KEY, container, folder];
              return Number(await output({ command: sdk.python, args }));
            }),
        );
        const same = await paired(
          content.pairs,
          () => seconds(() => run.unchanged(inputs("unchanged"))),
          () => seconds(() => readAndHash(folder)),
        );
        figures.push(
          ratio(
            `upload/first-${content.name}`,
            { ours: first.against, against: first.ours },
            { ours: "azure-ai-ml", against: "upload", unit: "s" },
            content.name === "small-files" ? atLeast(3) : undefined,
          ),
          ratio(
            `upload/unchanged-${content.name}`,
            same,
            { ours: "upload", against: "reading and hashing", unit: "s" },
            atMost(1.5),
          ),
        );
      }
    } finally {
      await Promise.all([blobs.stop(), azure.stop()]);
    }
    return figures;
  },
};
