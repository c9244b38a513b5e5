/** A log file that grows here and is read in the blob store: its whole lines are brought there while it grows. */
import { readFile } from "node:fs/promises";
import type { BlobRef, BlobStore } from "../contracts.ts";

/** Between two looks at the file. Milliseconds. */
const PERIOD = 500;

export interface LogPump {
  /** Brings the rest, and ends. Resolves to the whole text. */
  end(): Promise<string>;
}

/** @param failed is told once what kept a piece from being written; the end tries again, and rejects. */
export function pumpLog(
  file: string,
  target: BlobRef,
  blobs: Pick<BlobStore, "write">,
  failed: (error: unknown) => void,
): LogPump {
  let written = -1;
  let last = Promise.resolve();
  const bring = async (whole: boolean): Promise<string> => {
    const text = await readFile(file, "utf8");
    const lines = whole ? text : text.slice(0, text.lastIndexOf("\n") + 1); // readers count lines: half a one would be lost
    if (lines.length === written) return text;
    await blobs.write(target, lines);
    written = lines.length;
    return text;
  };
  const turn = () => {
    last = last.then(async () => {
      await bring(false).catch(failed);
    });
  };
  const timer = setInterval(turn, PERIOD);
  return {
    async end() {
      clearInterval(timer);
      await last;
      return bring(true);
    },
  };
}
