/**
 * Rooms that agree to everything and do nothing: no process, no file, no blob. With them the local Azure holds its rules
 * and answers as fast as it is asked, which is what a rehearsal of a stage needs.
 */
import type { BlobStore } from "../contracts.ts";
import type { Rooms } from "./local-azure.ts";

const nothing = () => Promise.resolve();

/** Every blob that is asked for is there: what is uploaded is known by its digest, not by its bytes. */
function hollowBlobs(port: number): BlobStore & { close(): Promise<void> } {
  const noContent = (what: string) => () =>
    Promise.reject(new Error(`a rehearsal has no blobs, so none can be ${what}`));
  return {
    ensureAccount: nothing,
    removeAccount: nothing,
    ensureContainer: nothing,
    removeContainer: nothing,
    sas: () => Promise.resolve("sig=rehearsal"),
    url: (account, container = "", path = "") =>
      [`https://localhost:${String(port)}`, account, container, path].filter((part) => part !== "").join("/"),
    download: noContent("downloaded"),
    upload: noContent("uploaded"),
    write: nothing,
    exists: () => Promise.resolve(true),
    list: () => Promise.resolve([]),
    remove: nothing,
    close: nothing,
  };
}

/** Deployments are up at once and answer nobody; batch runs do not begin. */
export const hollowRooms: Rooms = {
  createBlobs: ({ port }) => Promise.resolve(hollowBlobs(port)),
  createWork: () =>
    Promise.resolve({
      serving: {
        deploy: nothing,
        remove: nothing,
        logs: () => Promise.resolve(""),
        metrics: () => undefined,
        requestMinutes: () => [],
        preempt: () => Promise.resolve(undefined),
        batchProgress: () => undefined,
        runBatch: () => Promise.reject(new Error("a rehearsal runs no batch jobs")),
        target: () => undefined,
        close: nothing,
      },
      jobs: {
        problems: () => ["a rehearsal runs no jobs"],
        run: () => Promise.reject(new Error("a rehearsal runs no jobs")),
      },
      tracking: {
        server: () => Promise.reject(new Error("a rehearsal tracks no runs")),
        running: () => undefined,
        remove: nothing,
      },
      close: nothing,
    }),
};
