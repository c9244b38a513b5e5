/** Log files of deployments and workers: their last lines, and the words in them that tell what went wrong. */
import { open } from "node:fs/promises";

/** How much of the end of a file is looked at. Bytes. */
const WINDOW = 512 * 1024;

/** The last lines of a file; empty when there is none. */
export async function tailOf(path: string, lines: number): Promise<string> {
  const file = await open(path, "r").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - WINDOW);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const all = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n");
    return all.slice(-Math.max(0, lines)).join("\n");
  } finally {
    await file.close();
  }
}

/** What the scoring server says of a script it can't use. */
const SERVER_SAYS = /User script at .+ does not have .+|run\(\) (?:cannot|needs to) .+/;
/** The line that ends a traceback. */
const EXCEPTION = /^(?:[A-Za-z_][\w.]*\.)?([A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning))\b(?::.*)?$/;
/** The server's own wrappings of the user's exception. */
const WRAPPER = /UserScript(Error|Exception|ImportException)\b/;

/** The line of a log that tells best why the program gave up; `undefined` if none does. */
export function failureWords(log: string): string | undefined {
  const lines = log.split("\n").map((line) => line.trim());
  const said = lines.findLast((line) => SERVER_SAYS.test(line));
  if (said) return SERVER_SAYS.exec(said)![0];
  return lines.findLast((line) => EXCEPTION.test(line) && !WRAPPER.test(line));
}
