/**
 * Completes package-lock.json after npm wrote it: `npm run lock`.
 * - The optional binaries of other platforms that a registry did not offer: npm leaves out of the lock what it could not fetch,
 *   and `npm ci` then refuses that same lock ("Missing: … from lock file").
 * - Where each package lies, below a registry that has no name: `replace-registry-host=always` (.npmrc) puts the user's own in its
 *   place. Without it `npm ci` reads the whole version list of every package first, two thirds of its processor time (ADR 0012).
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const SYSTEMS = ["darwin", "win32", "freebsd", "android", "openharmony", "linux"];
const PROCESSORS = ["arm64", "x64", "ia32", "ppc64", "s390x", "riscv64", "loong64", "arm"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const known = lock.packages;
for (const [place, { dev, optionalDependencies = {} }] of Object.entries(known)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    if (known[`${place}/node_modules/${name}`] ?? known[`node_modules/${name}`]) continue;
    const bare = name.split("/").at(-1);
    const system = SYSTEMS.find((one) => bare.includes(one));
    const processor = PROCESSORS.find((one) => bare.includes(one));
    known[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ""),
      ...(processor && { cpu: [processor] }),
      ...(dev && { dev: true }),
      optional: true,
      ...(system && { os: [system] }),
    };
  }
}
for (const [place, entry] of Object.entries(known)) {
  if (!place.includes("node_modules/") || entry.link || !entry.integrity) continue;
  const name = entry.name ?? place.split("node_modules/").at(-1);
  entry.resolved = `https://registry.invalid/${name}/-/${name.split("/").at(-1)}-${entry.version}.tgz`;
}
lock.packages = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, undefined, 2)}\n`);
