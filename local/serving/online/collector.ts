/**
 * A deployment's data collector: keeps requests, answers and what a script logs as JSON lines on the blob store, laid out as Azure
 * ML's model data collector does. Scripts reach it as in Azure: `azureml-ai-monitoring` posts to the port in `AZUREML_MDC_PORT`.
 */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { BlobStore, DataCollectorSpec, Log } from "../../contracts.ts";

/** Between the first event and its writing: what comes meanwhile is written with it. Milliseconds. */
const GATHER_MS = 500;
/** A file with more than this is gone on with in another. Characters. */
const FILE_LIMIT = 1024 * 1024;
const DEPTH = { Year: 1, Month: 2, Day: 3, Hour: 4, Minute: 5 } as const;

/** `2026/11/22/17` by the hour; less or more of it by other rates. Pure. */
export function rolledFolder(time: Date, rate: DataCollectorSpec["rollingRate"]): string {
  const [year, month, day, hour, minute] = time.toISOString().split(/[-T:]/);
  return [year, month, day, hour, minute].slice(0, DEPTH[rate]).join("/");
}

/** JSON where it is JSON, else the text. */
function dataOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

export interface Payload {
  readonly body: string;
  readonly requestId: string;
  readonly contentType: string;
  /** More members of the event, such as `path` and `method` of a request. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** One line of a collection's file: a CloudEvent. Pure but for its id. */
export function collectedEvent(source: string, collection: string, payload: Payload, time: Date): object {
  const { body, requestId, contentType, more } = payload;
  const bytes = Buffer.byteLength(body);
  return {
    specversion: "1.0",
    id: randomUUID(),
    source,
    type: `azureml.inference.${collection}`,
    datacontenttype: contentType,
    time: time.toISOString().replace(/\.\d+Z$/, "Z"),
    data: dataOf(body),
    ...more,
    contentrange: `bytes 0-${Math.max(0, bytes - 1)}/${bytes}`,
    correlationid: requestId,
    xrequestid: requestId,
  };
}

/** Lines that belong into one file. */
interface Group {
  readonly folder: string;
  readonly instance: string;
  text: string;
}

export class Collector {
  readonly #spec: DataCollectorSpec;
  readonly #blobs: BlobStore;
  readonly #log: Log;
  readonly #groups = new Map<string, Group>();
  readonly #waiting = new Set<Group & { readonly collection: string }>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #server: Server | undefined;

  constructor(spec: DataCollectorSpec, blobs: BlobStore, log: Log) {
    this.#spec = spec;
    this.#blobs = blobs;
    this.#log = log;
  }

  has(collection: string): boolean {
    return this.#spec.collections[collection] !== undefined;
  }

  /** Headers of a request that its event takes along. */
  captured(headers: IncomingHttpHeaders): Record<string, unknown> {
    const wanted = this.#spec.captureHeaders.map((name) => name.toLowerCase());
    return Object.fromEntries(
      wanted.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
    );
  }

  /** Keeps one payload, or drops it by the collection's sampling rate. */
  collect(collection: string, payload: Payload, draw = Math.random()): void {
    const settings = this.#spec.collections[collection];
    if (!settings || draw >= settings.samplingRate) return;
    const time = new Date();
    const folder = rolledFolder(time, this.#spec.rollingRate);
    let group = this.#groups.get(collection);
    if (group?.folder !== folder || group.text.length > FILE_LIMIT)
      this.#groups.set(collection, (group = { folder, instance: randomUUID(), text: "" }));
    group.text += `${JSON.stringify(collectedEvent(this.#spec.source, collection, payload, time))}\n`;
    this.#waiting.add(Object.assign(group, { collection }));
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Writes what is not written yet. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const groups = [...this.#waiting];
    this.#waiting.clear();
    this.#writing = this.#writing.then(async () => {
      for (const { collection, folder, instance, text: lines } of groups) {
        const base = this.#spec.collections[collection]!.folder;
        const path = [base.path, folder, `${instance}.jsonl`].filter(Boolean).join("/");
        await this.#blobs
          .write({ ...base, path }, lines)
          .catch((error: unknown) =>
            this.#log.error(`data collector: could not write ${path}: ${String(error)}`),
          );
      }
    });
    return this.#writing;
  }

  /** Takes what scripts log; resolves to the variables by which `azureml-ai-monitoring` finds this. `dir` gets its configuration. */
  async listen(dir: string): Promise<Record<string, string>> {
    const server = createServer((request, response) => {
      const { headers } = request;
      const header = (name: string) => String(headers[name] ?? "");
      text(request)
        .then((body) => {
          this.collect(header("ce-type").replace(/^azureml\.inference\./, ""), {
            body,
            requestId: header("ce-x-request-id"),
            contentType: header("content-type"),
            more: {
              modelversion: header("ce-model-version"),
              collectdatatype: header("ce-collect-data-type"),
              agent: header("ce-agent"),
            },
          });
          response.end("{}");
        })
        .catch((error: unknown) => {
          this.#log.warn(`data collector: ${String(error)}`);
          response.writeHead(400).end();
        });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const config = join(dir, "data-collector.json");
    const names = Object.keys(this.#spec.collections).map((name) => name.toLowerCase());
    // Sampling is done here, for all alike.
    const collections = Object.fromEntries(
      names.map((name) => [name, { enabled: true, sampleRatePercentage: 100 }]),
    );
    await writeFile(config, JSON.stringify({ runMode: "cloud", collections }));
    return {
      AZUREML_MDC_CONFIG_PATH: config,
      AZUREML_MDC_HOST: "127.0.0.1",
      AZUREML_MDC_PORT: String((server.address() as AddressInfo).port),
    };
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
    await this.flush();
  }
}
